# Shrunken group means beside lme4, shrunken effects beside metafor. Reads data/variance_components.csv.gz.
# Run from the folder tests/reference, after variance_components.R: Rscript r/shrinkage.R
suppressMessages({library(lme4); library(metafor); library(jsonlite)})

scores <- read.csv(gzfile("data/variance_components.csv.gz"))
means <- function(set) {
  data <- scores[scores$set == set, ]
  fit <- lmer(score ~ 1 + (1 | group), data, control = lmerControl(optimizer = "bobyqa",
    optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
  list(group = sort(unique(data$group)), shrunken = coef(fit)$group[[1]])
}

# Gaps of twelve relationships in points, the standard errors of sides of 3 to 20 people; and eight that chance explains.
wide <- list(effects = c(24, -3.5, 11, 0.5, 18, -12, 6, 31, 2, -1.5, 9, 15),
             se = c(7.1, 4.2, 9.8, 5.5, 3.9, 8.4, 6.6, 10.2, 4.8, 5.1, 7.7, 6.0))
close_by <- list(effects = c(4, 5.5, 3, 6, 2.5, 4.5, 5, 3.5), se = c(6, 8, 5, 9, 7, 6.5, 10, 5.5))
few <- list(effects = c(12, -4, 20, 3, 8), se = c(4, 5, 6, 4, 3))

effects <- function(data) {
  fit <- rma(yi = data$effects, sei = data$se, method = "REML", control = list(threshold = 1e-13, maxiter = 10000))
  shrunk <- blup(fit)
  c(data, list(tau2 = fit$tau2, mean = as.numeric(fit$beta), mean_se = fit$se, blups = shrunk$pred, blup_se = shrunk$se))
}

write_json(list(means = list(cohesion = means("cohesion"), dyestuff = means("dyestuff")),
                effects = list(wide = effects(wide), close_by = effects(close_by), few = effects(few))),
           "data/shrinkage.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
