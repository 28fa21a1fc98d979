# Moderated variances beside limma, the interval written out in R.
# Run from the folder tests/reference: Rscript r/margins.R
suppressMessages({library(limma); library(jsonlite)})

sets <- list(
  unequal_sizes = list(variances = c(310, 95, 512, 140, 820, 60, 233, 401, 77, 1250, 188, 290),
                       df = c(4, 7, 2, 11, 5, 3, 8, 6, 4, 2, 9, 12)),
  alike = list(variances = c(240, 310, 275, 290, 262, 255, 301, 248), df = rep(6, 8)),
  very_different = list(variances = c(2, 900, 15, 3000, 80, 1, 450, 7), df = rep(9, 8)),
  with_zeros = list(variances = c(0, 220, 310, 0, 150, 405, 90, 510), df = c(2, 4, 6, 2, 5, 8, 3, 7)),
  mostly_zeros = list(variances = c(0, 0, 0, 120, 80), df = rep(2, 5)),
  two = list(variances = c(120, 640), df = c(5, 9)))

# A variance of 0 is kept out of the fit (limma would replace it by a small number), and moderated like the others;
# an infinite prior is the mean of all.
moderate <- function(data) {
  seen <- data$variances > 0
  prior <- fitFDist(data$variances[seen], data$df[seen])
  d0 <- prior$df2
  s2 <- if (is.infinite(d0)) mean(data$variances) else prior$scale
  posterior <- if (is.infinite(d0)) rep(s2, length(seen)) else (d0 * s2 + data$df * data$variances) / (d0 + data$df)
  if (all(seen)) stopifnot(isTRUE(all.equal(posterior, squeezeVar(data$variances, data$df)$var.post)))
  half <- qt(0.975, d0 + data$df) * sqrt(posterior / (data$df + 1))
  c(data, list(d0 = if (is.infinite(d0)) "infinite" else d0, s0_squared = s2, posterior = posterior, half = half))
}

write_json(list(sets = lapply(sets, moderate), trigamma_inverse = list(x = c(1e-7, 0.01, 0.5, 3, 40, 1e8),
                y = trigammaInverse(c(1e-7, 0.01, 0.5, 3, 40, 1e8)))),
           "data/margins.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
