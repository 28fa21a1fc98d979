# Variance components: bh1996 and klein2000 of multilevel, Dyestuff and Dyestuff2 of lme4, the table of Shrout and Fleiss (1979).
# Run from the folder tests/reference: Rscript r/variance_components.R
suppressMessages({library(multilevel); library(lme4); library(psych); library(jsonlite)})

data(bh1996, package = "multilevel"); data(klein2000, package = "multilevel")
data(Dyestuff, package = "lme4"); data(Dyestuff2, package = "lme4")
sets <- list(
  cohesion = data.frame(group = bh1996$GRP, score = bh1996$COHES),
  workload = data.frame(group = klein2000$GRPID, score = klein2000$WLOAD),
  dyestuff = data.frame(group = as.integer(Dyestuff$Batch), score = Dyestuff$Yield),
  dyestuff2 = data.frame(group = as.integer(Dyestuff2$Batch), score = Dyestuff2$Yield))
together <- do.call(rbind, lapply(names(sets), function(name) cbind(set = name, sets[[name]])))
file <- gzfile("data/variance_components.csv.gz", "w")
write.csv(together, file, row.names = FALSE, quote = FALSE)
close(file)

one <- function(data) {
  model <- aov(score ~ as.factor(group), data)
  squares <- summary(model)[[1]][["Mean Sq"]]
  sizes <- as.numeric(table(data$group)); n <- sum(sizes)
  n0 <- (n - sum(sizes^2) / n) / (length(sizes) - 1)
  fit <- suppressMessages(lmer(score ~ 1 + (1 | group), data, control = lmerControl(optimizer = "bobyqa",
    check.conv.singular = "ignore", optCtrl = list(rhoend = 1e-10, maxfun = 1e5))))
  parts <- as.data.frame(VarCorr(fit))$vcov
  list(icc1_mean_size = multilevel::ICC1(model), icc2 = multilevel::ICC2(model),
       icc1 = (squares[1] - squares[2]) / (squares[1] + (n0 - 1) * squares[2]), msb = squares[1], msw = squares[2],
       between = parts[1], within = parts[2], icc1_reml = parts[1] / sum(parts), loglik = as.numeric(logLik(fit)),
       mean = as.numeric(fixef(fit)), mean_se = sqrt(vcov(fit)[1, 1]))
}

judges <- matrix(c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7), ncol = 4, byrow = TRUE)
six <- ICC(judges, lmer = FALSE)$results$ICC
names(six) <- c("icc1_1", "icc2_1", "icc3_1", "icc1_k", "icc2_k", "icc3_k")

write_json(list(sets = lapply(sets, one), judges = judges, shrout_fleiss = as.list(six)),
           "data/variance_components.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
