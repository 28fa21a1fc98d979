from importlib import import_module

from django.apps import AppConfig


class ReciproqueConfig(AppConfig):
    name = "reciproque.app"
    label = "app"
    verbose_name = "Réciproque"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The mails of these find the maker of their text; system checks register themselves.
        from reciproque.app.commitments import letters as promises  # noqa: F401
        from reciproque.app.dialogue import letters as workshops  # noqa: F401
        from reciproque.app.directory import sessions  # noqa: F401  (a sign-in says when it began)
        from reciproque.app.network import letters as ties  # noqa: F401
        from reciproque.config import checks, security_log  # noqa: F401

        security_log.listen()
        # What keeps copies of names says how it forgets them.
        for capability in ("commitments", "dialogue", "network", "portfolio", "survey"):
            import_module(f"reciproque.app.{capability}.erasure")
        # And what keeps words of ballots, how it destroys them.
        import_module("reciproque.app.reading.destruction")
