# The graded response model by direct maximisation of the exact marginal likelihood on 61 nodes, written for this purpose:
# no expectation step, no acceleration, analytic gradient, optim(BFGS). Data: multilevel::lq2002 (task significance) and a simulation.
suppressMessages({library(multilevel); library(jsonlite)})

nodes <- seq(-6, 6, length.out = 61)
weights <- dnorm(nodes) / sum(dnorm(nodes))

unpack <- function(par, k) {
  first <- c(0, cumsum(k))[seq_along(k)]
  lapply(seq_along(k), function(j) {
    own <- par[first[j] + seq_len(k[j])]
    list(a = own[1], d = own[2] - c(0, cumsum(exp(own[-(1:2)]))))
  })
}

category_curves <- function(item) {
  above <- rbind(1, plogis(outer(item$d, item$a * nodes, "+")), 0)
  above[-nrow(above), , drop = FALSE] - above[-1, , drop = FALSE]
}

person_logs <- function(par, y, k) {
  items <- unpack(par, k)
  total <- matrix(0, nrow(y), length(nodes))
  for (j in seq_along(k)) {
    log_p <- log(category_curves(items[[j]]))
    seen <- !is.na(y[, j])
    total[seen, ] <- total[seen, ] + log_p[y[seen, j], ]
  }
  total
}

loss <- function(par, y, k) -sum(log(exp(person_logs(par, y, k)) %*% weights))

gradient <- function(par, y, k) {
  items <- unpack(par, k)
  joint <- sweep(exp(person_logs(par, y, k)), 2, weights, "*")
  mass <- joint / rowSums(joint)
  unlist(lapply(seq_along(k), function(j) {
    item <- items[[j]]
    p <- category_curves(item)
    edge <- plogis(outer(item$d, item$a * nodes, "+"))
    density <- edge * (1 - edge)
    expected <- sapply(seq_len(nrow(p)), function(c) colSums(mass[which(y[, j] == c), , drop = FALSE]))
    ratio <- t(expected) / p
    by_edge <- density * (ratio[-1, , drop = FALSE] - ratio[-nrow(ratio), , drop = FALSE])
    by_d <- rowSums(by_edge)
    gaps <- if (length(item$d) > 1) item$d[-length(item$d)] - item$d[-1] else numeric(0)
    tail <- rev(cumsum(rev(by_d)))[-1]
    -c(sum(t(by_edge) * nodes), sum(by_d), -gaps * tail)
  }))
}

maximum <- function(y) {
  y <- as.matrix(y)
  y <- y[rowSums(!is.na(y)) > 0, , drop = FALSE]
  y <- apply(y, 2, function(column) as.integer(factor(column)))
  k <- apply(y, 2, max, na.rm = TRUE)
  start <- unlist(lapply(seq_along(k), function(j) {
    above <- sapply(seq_len(k[j] - 1), function(c) mean(y[, j] > c, na.rm = TRUE))
    d <- 1.4 * qlogis(above)
    c(1, d[1], log(-diff(d)))
  }))
  found <- list(par = start)
  for (round in 1:4) found <- optim(found$par, loss, gradient, y = y, k = k, method = "BFGS", control = list(maxit = 2000, reltol = 1e-15))
  items <- unpack(found$par, k)
  first <- sweep(exp(person_logs(found$par, y, k)), 2, weights, "*")[1:5, ]
  list(loglik = -found$value, a = sapply(items, function(i) i$a), b = lapply(items, function(i) -i$d / i$a),
       theta = as.numeric(first %*% nodes / rowSums(first)),
       se = sqrt(as.numeric(first %*% nodes^2 / rowSums(first)) - as.numeric(first %*% nodes / rowSums(first))^2))
}

write <- function(file, name) {
  con <- gzfile(file.path("data", name), "w")
  write.csv(file, con, row.names = FALSE, quote = FALSE)
  close(con)
}

set.seed(20260902)
people <- 600
theta <- rnorm(people)
a <- c(0.8, 1.2, 1.6, 2.2, 1.0, 1.4)
simulated <- sapply(seq_along(a), function(j) {
  b <- c(-1.8, -0.7, 0.4, 1.5) + 0.3 * (j - 3.5) / 2.5
  rowSums(runif(people) < plogis(a[j] * outer(theta, b, "-"))) + 1
})
simulated[, 6] <- 1 + (simulated[, 6] > 3)
simulated[runif(length(simulated)) < 0.1] <- NA
colnames(simulated) <- paste0("F", 1:6)

data(lq2002)
task <- lq2002[grep("^TSIG[0-9]+$", names(lq2002))]
write(task, "lq2002_tsig.csv.gz")
write(as.data.frame(simulated), "graded_simulated.csv.gz")
result <- list(lq2002 = maximum(task), simulated = maximum(simulated))
writeLines(toJSON(result, digits = 10, auto_unbox = TRUE, pretty = TRUE), "data/graded_response.json")
