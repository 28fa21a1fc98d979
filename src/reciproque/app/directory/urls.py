"""Addresses of the directory."""

from django.urls import path

from reciproque.app.directory.views import account, companies, imports, leaving, log, members, people, start

urlpatterns = [
    path("directory/", companies.directory, name="directory"),
    path("directory/setup/", account.setup, name="setup"),
    path("directory/start/", start.start, name="start"),
    path("directory/help/", account.help_page, name="help"),
    path("directory/account/", account.profile, name="account-profile"),
    path("directory/persona/<str:key>/", account.persona_login, name="persona-login"),
    path("directory/accounts/", leaving.accounts, name="accounts"),
    path("directory/accounts/<str:key>/", leaving.account, name="account"),
    path("directory/accounts/<str:key>/sessions/", leaving.account_sessions, name="account-sessions"),
    path("directory/accounts/<str:key>/factor/", leaving.account_factor, name="account-factor"),
    path("directory/accounts/<str:key>/disable/", leaving.account_disable, name="account-disable"),
    path("directory/accounts/<str:key>/enable/", leaving.account_enable, name="account-enable"),
    path("directory/accounts/<str:key>/erase/", leaving.account_erase, name="account-erase"),
    path("directory/people/<str:key>/erase/", leaving.person_erase, name="person-erase"),
    path("directory/log/", log.log, name="log"),
    path("directory/organisations/new/", companies.organisation_new, name="organisation-new"),
    path("directory/organisations/<str:key>/", companies.organisation, name="organisation"),
    path(
        "directory/organisations/<str:key>/functions/", companies.organisation_functions, name="organisation-functions"
    ),
    path("directory/organisations/<str:key>/people/new/", people.person_new, name="person-new"),
    path("directory/people/", people.people, name="people"),
    path("directory/people/<str:key>/", people.person, name="person"),
    path("directory/people/<str:key>/post/", people.person_post, name="person-post"),
    path("directory/people/<str:key>/end/", people.person_end, name="person-end"),
    path("directory/import/", imports.import_people, name="import-people"),
    path("directory/import/<str:key>/", imports.import_confirm, name="import-confirm"),
    path("directory/export/<str:key>.csv", imports.export_people, {"kind": "csv"}, name="export-csv"),
    path("directory/export/<str:key>.xlsx", imports.export_people, {"kind": "xlsx"}, name="export-xlsx"),
    path("directory/relationships/new/", members.relationship_new, name="relationship-new"),
    path("directory/relationships/<str:key>/members/", members.relationship_members, name="relationship-members"),
    path(
        "directory/relationships/<str:key>/members/<str:account_key>/revoke/",
        members.member_revoke,
        name="member-revoke",
    ),
    path("directory/relationships/<str:key>/log/", log.log, name="log"),
]
