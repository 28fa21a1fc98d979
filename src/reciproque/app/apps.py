from django.apps import AppConfig


class ReciproqueConfig(AppConfig):
    name = "reciproque.app"
    label = "app"
    verbose_name = "Réciproque"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reciproque.app.network import letters  # noqa: F401 - its mails find the maker of their text
        from reciproque.config import checks  # noqa: F401 - system checks register themselves when imported
