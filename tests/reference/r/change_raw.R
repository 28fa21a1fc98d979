# Partially overlapping samples, and the gate of a file of six relationships, written out in R; limma moderates.
# Run from the folder tests/reference: Rscript r/change_raw.R
suppressMessages({library(limma); library(jsonlite)})

precision <- function(n1, n2, c, r) 1 / n1 + 1 / n2 - 2 * r * c / (n1 * n2)
freedom <- function(n1, n2, c) { once <- n1 + n2 - 2 * c; (c - 1) + (once + c - 1) / (n1 + n2) * once }

# The example of the documentation of the R package Partiallyoverlapping: p = 0.026.
a <- list(alone = c(20, 21, 16, 18, 14, 12, 14, 17), linked = c(14, 15, 18, 20, 11, 19, 14, 15))
b <- list(alone = c(10, 16, 18, 16, 15, 14, 13, 10), linked = c(15, 10, 15, 17, 13, 19, 12, 13))
overlapping <- function(a, b) {
  x <- unlist(a); y <- unlist(b); n1 <- length(x); n2 <- length(y); c <- length(a$linked)
  s2 <- ((n1 - 1) * var(x) + (n2 - 1) * var(y)) / (n1 + n2 - 2)
  se <- sqrt(s2 * precision(n1, n2, c, cor(a$linked, b$linked))); df <- freedom(n1, n2, c)
  list(a = a, b = b, difference = mean(y) - mean(x), se = se, df = df, p = 2 * pt(-abs(mean(y) - mean(x)) / se, df))
}

# Six relationships: two fell, one side of a third rose; 4 to 9 people a side, most of them linked.
set.seed(20)
rows <- do.call(rbind, lapply(1:6, function(k) do.call(rbind, lapply(c("client", "supplier"), function(side) {
  n <- sample(4:9, 1); trait <- rnorm(n, 55, 11); stays <- runif(n) < 0.7
  move <- (k <= 2) * -16 + (k == 3 && side == "client") * 14
  later <- ifelse(stays, trait, rnorm(n, 55, 11)) + move
  name <- paste0(substr(side, 1, 1), seq_len(n))
  rbind(data.frame(relationship = k, side, wave = 0, person = name, value = round(trait + rnorm(n, 0, 6), 2)),
        data.frame(relationship = k, side, wave = 1, person = ifelse(stays, name, paste0(name, "b")),
                   value = round(later + rnorm(n, 0, 6), 2)))
}))))
file <- gzfile("data/change_raw.csv.gz", "w"); write.csv(rows, file, row.names = FALSE, quote = FALSE); close(file)

cell <- function(k, side) {
  x <- rows[rows$relationship == k & rows$side == side & rows$wave == 0, ]
  y <- rows[rows$relationship == k & rows$side == side & rows$wave == 1, ]
  both <- intersect(x$person, y$person)
  u <- x$value[match(both, x$person)]; v <- y$value[match(both, y$person)]
  data.frame(k, side, n1 = nrow(x), n2 = nrow(y), c = length(both), difference = mean(y$value) - mean(x$value),
             ss = sum((x$value - mean(x$value))^2) + sum((y$value - mean(y$value))^2),
             uu = sum((u - mean(u))^2), vv = sum((v - mean(v))^2), uv = sum((u - mean(u)) * (v - mean(v))))
}
cells <- do.call(rbind, lapply(1:6, function(k) rbind(cell(k, "client"), cell(k, "supplier"))))
r <- sum(cells$uv) / sqrt(sum(cells$uu) * sum(cells$vv))
own <- cells$n1 + cells$n2 - 2
fit <- squeezeVar(cells$ss / own, own)
cells$v <- fit$var.post * precision(cells$n1, cells$n2, cells$c, r)
total <- sum(freedom(cells$n1, cells$n2, cells$c))
cells$f <- pmin(fit$df.prior + freedom(cells$n1, cells$n2, cells$c), total)
gate <- do.call(rbind, lapply(split(cells, cells$k), function(two) {
  v <- sum(two$v) / 4; f <- min(sum(two$v)^2 / sum(two$v^2 / two$f), total); d <- mean(two$difference)
  data.frame(difference = d, margin = qt(0.975, f) * sqrt(v), p = 2 * pt(-abs(d) / sqrt(v), f))
}))
write_json(list(example = overlapping(a, b), correlation = r, d0 = min(fit$df.prior, 1e9), gate = as.list(cbind(gate, adjusted = p.adjust(gate$p, "BH"))),
                sides = list(difference = cells$difference, p = 2 * pt(-abs(cells$difference) / sqrt(cells$v), cells$f))),
           "data/change_raw.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
