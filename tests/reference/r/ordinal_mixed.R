# ordinal::clmm on the wine tasting, and on three simulated files of answers: 1,411 and 9,465 with raters in
# one relationship each, 900 with buyers who answer about several suppliers.
suppressMessages({library(ordinal); library(jsonlite)})

# `shared`: number of client people who share all relationships out between them; 0 = everybody answers about one only.
simulate <- function(relations, rows, shared = 0) {
  file <- expand.grid(item = sprintf("F%d", 1:5), person = 1:10, side = c("client", "supplier"), relationship = 1:relations)
  file$rater <- sprintf("%d-%s-%d", file$relationship, file$side, file$person)
  if (shared > 0) {
    client <- file$side == "client"
    file$rater[client] <- sprintf("buyer-%d", (file$relationship[client] * 3 + file$person[client]) %% shared)
    file <- file[!duplicated(file[c("relationship", "side", "rater", "item")]), ]
  }
  pair <- paste(file$relationship, file$side)
  drawn <- function(codes, sd) rnorm(length(unique(codes)), 0, sd)[match(codes, unique(codes))]
  centre <- c(0, 0.35, -0.25, 0.6, 0.1)[as.integer(factor(file$item))] + 0.3 * (file$side == "supplier") +
    drawn(file$relationship, 0.5) + drawn(pair, 0.4) + drawn(file$rater, 0.6)
  file$answer <- findInterval(centre + rnorm(nrow(file)), c(-1.5, -0.5, 0.4, 1.5)) + 1
  kept <- sort(sample(nrow(file), rows))
  file[kept, c("relationship", "side", "rater", "item", "answer")]
}

write <- function(file, name) {
  con <- gzfile(file.path("data", name), "w")
  write.csv(file, con, row.names = FALSE, quote = FALSE)
  close(con)
}

# clmm finds the modes to 1e-4 by default, which moves its log-likelihood by some 1e-6: asked for more where it is quick.
exact <- clmm.control(gradTol = 1e-9, innerCtrl = "noWarn")

fitted <- function(file, control) {
  file$relationship <- factor(file$relationship)
  file$pair <- interaction(file$relationship, file$side, drop = TRUE)
  file$rater <- factor(file$rater)
  started <- proc.time()
  m <- clmm(factor(answer) ~ item + side + (1 | relationship) + (1 | pair) + (1 | rater), data = file, link = "probit",
            control = control)
  seconds <- (proc.time() - started)[["user.self"]]
  sd <- sapply(VarCorr(m), function(v) attr(v, "stddev"))
  list(answers = nrow(file), loglik = as.numeric(logLik(m)), thresholds = unname(m$alpha), effects = as.list(m$beta),
       sd = setNames(as.list(sd), sub("[.].*", "", names(sd))), modes = ranef(m)$relationship[, 1], variances = condVar(m)$relationship[, 1],
       raters = ranef(m)$rater[, 1], rater_names = rownames(ranef(m)$rater), rater_variances = condVar(m)$rater[, 1],
       seconds = seconds)
}

set.seed(20260901)
small <- simulate(15, 1411)
large <- simulate(100, 9465)
write(small, "ordinal_small.csv.gz")
write(large, "ordinal_large.csv.gz")
crossed <- simulate(12, 900, shared = 9)
write(crossed, "ordinal_crossed.csv.gz")

data(wine)
write(transform(wine[c("judge", "temp", "contact")], rating = as.integer(wine$rating)), "wine.csv.gz")
m <- clmm(rating ~ temp + contact + (1 | judge), data = wine, link = "logit", control = exact)
tasting <- list(loglik = as.numeric(logLik(m)), sd = as.numeric(sqrt(VarCorr(m)$judge)), thresholds = unname(m$alpha),
                effects = as.list(m$beta), modes = ranef(m)$judge[, 1], variances = condVar(m)$judge[, 1])

result <- list(wine = tasting, small = fitted(small, exact), crossed = fitted(crossed, exact),
               large = fitted(large, clmm.control()),
                version = as.character(packageVersion("ordinal")))
writeLines(toJSON(result, digits = 10, auto_unbox = TRUE, pretty = TRUE), "data/ordinal_mixed.json")
