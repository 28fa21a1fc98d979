# Agreement inside companies: multilevel::lq2002, eleven leadership questions on a scale of 5 points, 49 companies.
# Run from the folder tests/reference: Rscript r/within_group.R
suppressMessages({library(multilevel); library(psych); library(jsonlite)})

data(lq2002, package = "multilevel")
leadership <- lq2002[c("COMPID", sprintf("LEAD%02d", 1:11))]
file <- gzfile("data/lq2002.csv.gz", "w")
write.csv(leadership, file, row.names = FALSE, quote = FALSE)
close(file)

by_name <- function(result) result[[2]][order(as.numeric(as.character(result$grpid)))]

indices <- function(data) {
  items <- data[-1]
  company <- data$COMPID
  list(company = sort(unique(company)),
       rwg = by_name(rwg(items[[1]], company)), rwg_slight_skew = by_name(rwg(items[[1]], company, ranvar = 1.34)),
       rwg_j = by_name(rwg.j(items, company)), r_star_wg_j = by_name(rwg.j.lindell(items, company)),
       a_wg_one = by_name(suppressWarnings(awg(items[[1]], company, range = c(1, 5)))),
       a_wg = by_name(suppressWarnings(awg(items, company, range = c(1, 5)))),
       ad_mean = by_name(ad.m(items, company)), ad_median = by_name(ad.m(items, company, type = "median")))
}

alpha_of <- function(items) suppressWarnings(psych::alpha(items, warnings = FALSE))$total$raw_alpha
items <- leadership[-1]
centred <- as.data.frame(lapply(items, function(x) x - ave(x, leadership$COMPID)))
means <- aggregate(items, list(leadership$COMPID), mean)[-1]

# Three people of each company: small enough for a_wg to be undefined and for spread beyond chance.
few <- do.call(rbind, lapply(split(leadership, leadership$COMPID), head, 3))

write_json(list(all = indices(leadership), three = indices(few),
                alpha = list(all = alpha_of(items), within = alpha_of(centred), between = alpha_of(means))),
           "data/within_group.json", auto_unbox = TRUE, digits = NA, pretty = TRUE, na = "null")
