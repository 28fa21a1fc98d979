# Run lengths and limits of the package spc; paths by hand in R; the Nile's one break by least squares.
library(spc)
library(jsonlite)

cusum <- expand.grid(k = c(0, 0.5, 1), h = c(2, 4, 5), shift = c(0, 0.5, 1), sided = c("one", "two"),
                     stringsAsFactors = FALSE)
cusum$arl <- mapply(function(k, h, shift, sided) xcusum.arl(k, h, shift, sided = sided, r = 120),
                    cusum$k, cusum$h, cusum$shift, cusum$sided)
cusum_limits <- expand.grid(k = c(0.25, 0.5, 1), arl0 = c(50, 200, 500))
cusum_limits$h <- mapply(function(k, arl0) xcusum.crit(k, arl0, sided = "two", r = 120),
                         cusum_limits$k, cusum_limits$arl0)

ewma <- expand.grid(lam = c(0.05, 0.2, 0.5, 1), limit = c(2, 3), shift = c(0, 1),
                    limits = c("fix", "vacl"), stringsAsFactors = FALSE)
ewma$arl <- mapply(function(lam, limit, shift, limits)
  xewma.arl(lam, limit, shift, sided = "two", limits = limits, r = 120), ewma$lam, ewma$limit, ewma$shift, ewma$limits)
ewma_limits <- expand.grid(lam = c(0.05, 0.1, 0.2, 0.5), arl0 = c(50, 200, 500))
ewma_limits$limit <- mapply(function(lam, arl0) xewma.crit(lam, arl0, sided = "two", r = 120),
                            ewma_limits$lam, ewma_limits$arl0)

# spc takes the reference value as a fraction km / m and the limit as hm / m.
poisson <- data.frame(rate0 = c(2, 2, 2, 3.5, 3.5, 0.5, 10), rate1 = c(3.5, 3.5, 3.5, 2, 2, 1, 13),
                      rate = c(2, 2, 3.5, 3.5, 2, 0.5, 10), h = c(4, 5, 5, 4, 4, 3.5, 9))
reference <- (poisson$rate1 - poisson$rate0) / log(poisson$rate1 / poisson$rate0)
m <- c(25, 25, 25, 25, 25, 43, 23)
poisson$arl <- mapply(function(rate, reference, h, m, up)
  pois.cusum.arl(rate, round(reference * m), floor(h * m), m, sided = if (up) "upper" else "lower"),
  poisson$rate, reference, poisson$h, m, poisson$rate1 > poisson$rate0)

nile <- as.numeric(Nile)
z <- (nile - mean(nile[1:20])) / sd(nile[1:20])
path <- as.numeric(Reduce(function(e, v) 0.2 * v + 0.8 * e, z, accumulate = TRUE, 0))[-1]
upper <- Reduce(function(c, v) max(0, c + v - 0.5), z, accumulate = TRUE, 0)[-1]
lower <- Reduce(function(c, v) max(0, c - v - 0.5), z, accumulate = TRUE, 0)[-1]
squares <- sapply(1:(length(nile) - 1), function(i)
  sum((nile[1:i] - mean(nile[1:i]))^2) + sum((nile[-(1:i)] - mean(nile[-(1:i)]))^2))

write_json(list(cusum = cusum, cusum_limits = cusum_limits, ewma = ewma, ewma_limits = ewma_limits, poisson = poisson,
                nile = list(z = z, ewma = path, upper = upper, lower = lower, first_of_second_run = which.min(squares))),
           "data/charts.json", digits = NA, auto_unbox = TRUE, pretty = FALSE)
write.csv(data.frame(year = 1871:1970, flow = nile), gzfile("data/nile.csv.gz"), row.names = FALSE, quote = FALSE)
