# Reliability of the five scales of psych::bfi. Run from the folder tests/reference: Rscript r/reliability.R
suppressMessages({library(psych); library(lavaan); library(semTools); library(jsonlite)})

keys <- list(A = c("-A1", "A2", "A3", "A4", "A5"), C = c("C1", "C2", "C3", "-C4", "-C5"),
             E = c("-E1", "-E2", "E3", "E4", "E5"), N = c("N1", "N2", "N3", "N4", "N5"),
             O = c("O1", "-O2", "O3", "O4", "-O5"))

data(bfi, package = "psych")
keyed <- data.frame(lapply(unlist(keys, use.names = FALSE), function(key) {
  name <- sub("-", "", key)
  if (startsWith(key, "-")) 7 - bfi[[name]] else bfi[[name]]
}))
names(keyed) <- sub("-", "", unlist(keys))
file <- gzfile("data/bfi.csv.gz", "w")
write.csv(keyed, file, row.names = FALSE, quote = FALSE, na = "")
close(file)

omega <- function(fit) {
  loadings <- lavInspect(fit, "est")$lambda
  sum(loadings)^2 / (sum(loadings)^2 + sum(diag(lavInspect(fit, "est")$theta)))
}
ordinal_alpha <- function(R) ncol(R) / (ncol(R) - 1) * (1 - ncol(R) / sum(R))
pairs <- function(R) unclass(R)[upper.tri(R)]

scale_of <- function(code) {
  items <- keyed[sub("-", "", keys[[code]])]
  complete <- na.omit(items)
  model <- paste("f =~", paste(names(items), collapse = " + "))
  cronbach <- suppressWarnings(psych::alpha(complete, warnings = FALSE))
  interval <- alpha.ci(cronbach$total$raw_alpha, n.obs = nrow(complete), n.var = ncol(complete), digits = 15)
  ordered <- cfa(model, complete, std.lv = TRUE, ordered = names(items))
  list(people = nrow(complete), alpha = cronbach$total$raw_alpha,
       alpha_pairwise = suppressWarnings(psych::alpha(items, warnings = FALSE))$total$raw_alpha,
       low = interval$lower.ci, high = interval$upper.ci,
       item_rest = cronbach$item.stats$r.drop, alpha_if_dropped = cronbach$alpha.drop$raw_alpha,
       omega = omega(cfa(model, complete, std.lv = TRUE)),
       omega_fiml = omega(cfa(model, items, std.lv = TRUE, missing = "fiml")),
       ordinal_alpha_psych = ordinal_alpha(psych::polychoric(complete)$rho),
       ordinal_alpha_lavaan = ordinal_alpha(unclass(lavCor(complete, ordered = names(items)))),
       polychoric_lavaan = pairs(lavCor(complete, ordered = names(items))),
       green_yang = as.numeric(compRelSEM(ordered, ord.scale = TRUE)),
       spearman_brown = suppressWarnings(psych::alpha(complete[2:3], warnings = FALSE))$total$std.alpha)
}

results <- lapply(setNames(names(keys), names(keys)), scale_of)
write_json(results, "data/reliability.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
