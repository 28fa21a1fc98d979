"""Addresses of the portfolio."""

from django.urls import path

from reciproque.app.portfolio.views import downloads, imports, merges, partners, portfolios

urlpatterns = [
    path("portfolio/", portfolios.portfolios, name="portfolios"),
    path("portfolio/new/", portfolios.portfolio_new, name="portfolio-new"),
    path("portfolio/partners/<str:key>/", partners.partner, name="partner"),
    path("portfolio/partners/<str:key>/details/", partners.partner_change, name="partner-change"),
    path("portfolio/partners/<str:key>/score/", partners.partner_score, name="partner-score"),
    path("portfolio/partners/<str:key>/engage/", partners.partner_engage, name="partner-engage"),
    path("portfolio/partners/<str:key>/archive/", partners.partner_archive, name="partner-archive"),
    path("portfolio/partners/<str:key>/restore/", partners.partner_restore, name="partner-restore"),
    path("portfolio/partners/<str:key>/unmerge/", merges.merge_undo, name="merge-undo"),
    path("portfolio/<str:key>/", portfolios.portfolio, name="portfolio"),
    path("portfolio/<str:key>/settings/", portfolios.portfolio_settings, name="portfolio-settings"),
    path("portfolio/<str:key>/colleague/", portfolios.portfolio_colleague, name="portfolio-colleague"),
    path("portfolio/<str:key>/rank/", portfolios.portfolio_rank, name="portfolio-rank"),
    path("portfolio/<str:key>/weights/", portfolios.portfolio_weights, name="portfolio-weights"),
    path("portfolio/<str:key>/kraljic/", portfolios.portfolio_kraljic, name="portfolio-kraljic"),
    path("portfolio/<str:key>/compare/", portfolios.portfolio_compare, name="portfolio-compare"),
    path("portfolio/<str:key>/method/", portfolios.portfolio_method, name="portfolio-method"),
    path("portfolio/<str:key>/partners/", partners.partners, name="partners"),
    path("portfolio/<str:key>/partners/waiting/", partners.partners_waiting, name="partners-waiting"),
    path("portfolio/<str:key>/partners/archived/", partners.partners_archived, name="partners-archived"),
    path("portfolio/<str:key>/partners/new/", partners.partner_new, name="partner-new"),
    path("portfolio/<str:key>/import/", imports.portfolio_import, name="portfolio-import"),
    path("portfolio/<str:key>/import/confirm/", imports.portfolio_import_confirm, name="portfolio-import-confirm"),
    path("portfolio/<str:key>/export.xlsx", downloads.portfolio_xlsx, name="portfolio-xlsx"),
    path("portfolio/<str:key>/export.pdf", downloads.portfolio_pdf, name="portfolio-pdf"),
    path("portfolio/<str:key>/merges/", merges.merges, name="merges"),
    path("portfolio/<str:key>/merges/do/", merges.merge, name="merge"),
]
