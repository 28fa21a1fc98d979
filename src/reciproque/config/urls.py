"""Every page. The first segment of an address is the capability's folder."""

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.views import ListUserSessionsView
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from reciproque.app.shared import views as shared

urlpatterns = [
    path("", include("reciproque.app.directory.urls")),
    path("", include("reciproque.app.portfolio.urls")),
    path("", include("reciproque.app.network.urls")),
    path("", include("reciproque.app.survey.urls")),
    path("", include("reciproque.app.reading.urls")),
    path("", include("reciproque.app.commitments.urls")),
    path("", include("reciproque.app.dialogue.urls")),
    path(
        "accounts/sessions/",
        reauthentication_required(allow_get=True, app="allauth.account")(ListUserSessionsView.as_view()),
        name="usersessions_list",
    ),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("gallery/", shared.gallery, name="gallery"),
    path("health", shared.health, name="health"),
]

handler400 = "reciproque.app.shared.views.bad_request"
handler403 = "reciproque.app.shared.views.forbidden"
handler404 = "reciproque.app.shared.views.not_found"
handler500 = "reciproque.app.shared.views.server_error"
