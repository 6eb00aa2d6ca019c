# Figures that `tests/test_r_figures.py` holds the estimators to. Run with R 4.2 and the packages survival and lme4:
#   Rscript figures.R paths.csv > figures.json
# paths.csv: a row is one statement in one chain; miss is the hop at which it was first missed, 0 for none.
suppressMessages({library(survival); library(lme4)})
d <- read.csv(commandArgs(TRUE)[1])
num <- function(x) paste0("[", paste(format(x, digits = 10, trim = TRUE), collapse = ", "), "]")
d$time <- ifelse(d$miss > 0, d$miss, d$depth)
d$event <- as.integer(d$miss > 0)

km <- survfit(Surv(time, event) ~ 1, data = d)
lr <- survdiff(Surv(time, event) ~ bad + strata(world, depth), data = d)
obs <- if (is.matrix(lr$obs)) rowSums(lr$obs) else lr$obs
expd <- if (is.matrix(lr$exp)) rowSums(lr$exp) else lr$exp

long <- d[rep(seq_len(nrow(d)), d$time), ]
long$hop <- sequence(d$time)
long$lost <- as.integer(long$hop == long$time & long$event == 1)
fit <- glmer(lost ~ 0 + factor(hop) + bad + (1 | statement), data = long, family = binomial("cloglog"), nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa"))

# P(lost with N managers) = 1 - exp(-(l0 + l N^q) e^u), u ~ N(0, sigma): 60 Gauss-Hermite nodes by Golub and Welsch
n <- 60
j <- matrix(0, n, n)
j[cbind(1:(n - 1), 2:n)] <- j[cbind(2:n, 1:(n - 1))] <- sqrt(1:(n - 1))
e <- eigen(j, symmetric = TRUE)
nodes <- e$values
weights <- e$vectors[1, ]^2
managers <- sort(unique(d$depth)) - 1
lost <- xtabs(gone ~ statement + depth, transform(d, gone = as.integer(end != "K")))
all <- xtabs(~ statement + depth, d)
minus <- function(p) {
  h <- exp(p[1]) + exp(p[2]) * ifelse(managers > 0, managers^p[3], 0)
  total <- 0
  terms <- sapply(seq_len(n), function(i) {
    up <- h * exp(exp(p[4]) * nodes[i])
    lost %*% log(-expm1(-up)) + (all - lost) %*% (-up)
  })
  m <- apply(terms, 1, max)
  -sum(m + log(exp(terms - m) %*% weights))
}
best <- optim(c(log(.1), log(.1), 1, log(.8)), minus, method = "BFGS", control = list(reltol = 1e-14, maxit = 2000))
best <- optim(best$par, minus, method = "BFGS", control = list(reltol = 1e-15, maxit = 2000))

p <- c(.001, .011, .02, .04, .3, .02)
w <- suppressWarnings(prop.test(7, 24, correct = FALSE)$conf.int)
cat("{\n")
cat('"r": "', as.character(getRversion()), '",\n', sep = "")
cat('"kaplan_meier": {"hop": ', num(km$time), ', "left": ', num(km$surv), "},\n", sep = "")
cat('"log_rank": {"observed": ', num(obs), ', "expected": ', num(expd), ', "chi2": ', format(lr$chisq, digits = 10),
    ', "p": ', format(pchisq(lr$chisq, 1, lower.tail = FALSE), digits = 10), "},\n", sep = "")
cat('"hazard_ratio": ', format(exp(fixef(fit)[["bad"]]), digits = 8), ",\n", sep = "")
cat('"depth": {"l0": ', format(exp(best$par[1]), digits = 8), ', "l": ', format(exp(best$par[2]), digits = 8),
    ', "q": ', format(best$par[3], digits = 8), ', "sigma": ', format(exp(best$par[4]), digits = 8), "},\n", sep = "")
cat('"adjusted": {"p": ', num(p), ', "holm": ', num(p.adjust(p, "holm")), ', "bh": ', num(p.adjust(p, "BH")), "},\n", sep = "")
cat('"wilson": {"hits": 7, "of": 24, "ends": ', num(w), "}\n}\n", sep = "")
