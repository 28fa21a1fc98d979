# Differences of two groups: t.test, metafor::escalc, wilcox.test, p.adjust; intervals of effect sizes written out in R.
# Run from the folder tests/reference: Rscript r/gaps.R
suppressMessages({library(metafor); library(jsonlite)})

pairs <- list(
  sleep = list(a = sleep$extra[sleep$group == 2], b = sleep$extra[sleep$group == 1]),
  teeth = list(a = ToothGrowth$len[ToothGrowth$dose == 1], b = ToothGrowth$len[ToothGrowth$dose == 0.5]),
  chicks = list(a = chickwts$weight[chickwts$feed == "casein"], b = chickwts$weight[chickwts$feed == "linseed"]),
  ties = list(a = c(3, 4, 4, 5, 5, 5, 6), b = c(2, 3, 3, 4, 5)),
  apart = list(a = c(11, 12, 14, 15), b = c(3, 4, 5, 7, 9)))

g_interval <- function(a, b) {
  n <- c(length(a), length(b)); free <- sum(n) - 2
  scale <- sqrt(sum(1 / n))
  pooled <- sqrt(((n[1] - 1) * var(a) + (n[2] - 1) * var(b)) / free)
  t <- (mean(a) - mean(b)) / pooled / scale
  end <- function(p) uniroot(function(d) suppressWarnings(pt(t, free, d)) - p, c(t - 8, t + 8), tol = 1e-12)$root
  correction <- exp(lgamma(free / 2) - lgamma((free - 1) / 2)) / sqrt(free / 2)
  c(end(0.975), end(0.025)) * scale * correction
}

cliff_interval <- function(a, b) {
  dominance <- sign(outer(a, b, "-")); n1 <- length(a); n2 <- length(b)
  d <- mean(dominance); t <- qt(0.975, n1 + n2 - 2)
  if (abs(d) == 1) return(c((min(n1, n2) - t^2) / (min(n1, n2) + t^2), 1))
  rows <- sum((rowMeans(dominance) - d)^2); columns <- sum((colMeans(dominance) - d)^2); all <- sum((dominance - d)^2)
  v <- max((n2^2 * rows + n1^2 * columns - all) / (n1 * n2 * (n1 - 1) * (n2 - 1)), (1 - d^2) / (n1 * n2 - 1))
  half <- t * sqrt(v) * sqrt((1 - d^2)^2 + t^2 * v)
  (d - d^3 + c(-half, half)) / (1 - d^2 + t^2 * v)
}

compare <- function(pair) {
  test <- t.test(pair$a, pair$b)
  g <- escalc(measure = "SMD", m1i = mean(pair$a), sd1i = sd(pair$a), n1i = length(pair$a),
              m2i = mean(pair$b), sd2i = sd(pair$b), n2i = length(pair$b))
  w <- suppressWarnings(wilcox.test(pair$a, pair$b)$statistic)
  c(pair, list(difference = mean(pair$a) - mean(pair$b), se = test$stderr, df = as.numeric(test$parameter),
               low = test$conf.int[1], high = test$conf.int[2], p = test$p.value,
               g = as.numeric(g$yi), g_interval = g_interval(pair$a, pair$b),
               cliff = as.numeric(2 * w / length(pair$a) / length(pair$b) - 1), cliff_interval = cliff_interval(pair$a, pair$b)))
}

# The fifteen p-values of Benjamini and Hochberg (1995).
p <- c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1)
shuffled <- p[c(8, 1, 15, 3, 11, 5, 2, 14, 9, 4, 7, 12, 6, 10, 13)]

write_json(list(pairs = lapply(pairs, compare),
                adjust = list(p = shuffled, bh = p.adjust(shuffled, "BH"), by = p.adjust(shuffled, "BY"), holm = p.adjust(shuffled, "holm"))),
           "data/gaps.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
