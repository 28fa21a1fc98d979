from django.urls import URLPattern, URLResolver, path

from reciproque.app.reading import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("reading/waves/<str:key>/", views.reading, name="reading"),
    path("reading/waves/<str:key>/report.pdf", views.reading_pdf, name="reading-pdf"),
    path("reading/waves/<str:key>/figures.xlsx", views.reading_xlsx, name="reading-xlsx"),
    path("reading/waves/<str:key>/limits/", views.reading_limits, name="reading-limits"),
    path("reading/waves/<str:key>/texts/", views.reading_texts, name="reading-texts"),
    path("reading/texts/<str:key>/reword/", views.text_reword, name="text-reword"),
    path("reading/texts/<str:key>/withhold/", views.text_withhold, name="text-withhold"),
    path("reading/waves/<str:key>/open/", views.wave_open, name="wave-open"),
    path("reading/<str:key>/", views.relationship, name="relationship"),
]
