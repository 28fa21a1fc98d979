"""Every write of the directory, one file per subject. Other capabilities call these names."""

from reciproque.app.directory.actions.accounts import add_account, set_up, update_profile
from reciproque.app.directory.actions.imports import import_people
from reciproque.app.directory.actions.key_people import add_key_person, declare_key_list, set_key_people
from reciproque.app.directory.actions.leaving import (
    disable_account,
    enable_account,
    end_sessions,
    erase,
    reset_second_factor,
)
from reciproque.app.directory.actions.members import add_member, create_relationship, open_relationship, revoke_member
from reciproque.app.directory.actions.organisations import add_function, change_organisation, create_organisation
from reciproque.app.directory.actions.people import add_person, change_person, end_post, start_post

__all__ = [
    "add_account",
    "add_function",
    "add_key_person",
    "add_member",
    "add_person",
    "change_organisation",
    "change_person",
    "create_organisation",
    "create_relationship",
    "declare_key_list",
    "disable_account",
    "enable_account",
    "end_post",
    "end_sessions",
    "erase",
    "import_people",
    "open_relationship",
    "reset_second_factor",
    "revoke_member",
    "set_key_people",
    "set_up",
    "start_post",
    "update_profile",
]
