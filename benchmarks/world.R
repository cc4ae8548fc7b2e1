# The indices of world.py by data.table: Rscript world.R rows.csv TASK RUNS prints its times, peak memory and means.
suppressMessages(library(data.table))
setDTthreads(2)
given <- commandArgs(trailingOnly = TRUE)
task <- given[2]
rows <- fread(given[1])
keys <- if (task == "W1") "reporter" else c("reporter", "product")

indices <- function() {
  cells <- rows[, .(x = sum(value)), by = c(keys, "partner")]
  if (task == "W2") setorderv(cells, c(keys, "x"), c(rep(1L, length(keys)), -1L))
  # Sums only, which data.table takes of all groups at once, without calling R for each.
  cells[, `:=`(squares = x * x, logs = x * log(x))]
  if (task == "W2") {
    cells[, rank := rowidv(cells, cols = keys)]
    cells[, `:=`(ranked = x * rank, three = x * (rank <= 3L))]
  }
  sums <- if (task == "W2") {
    cells[, .(n = .N, total = sum(x), squares = sum(squares), logs = sum(logs), most = max(x),
              ranked = sum(ranked), three = sum(three)), by = keys]
  } else {
    cells[, .(n = .N, total = sum(x), squares = sum(squares), logs = sum(logs), most = max(x)), by = keys]
  }
  sums[, hhi := squares / total^2]
  if (task != "W1") {
    sums[, entropy := log(total) - logs / total]
    sums[, `:=`(effective_partners = 1 / hhi, theil = log(n) - entropy, top_share_1 = most / total)]
  }
  if (task == "W2") sums[, `:=`(top_share_3 = three / total, gini = (n + 1 - 2 * ranked / total) / n)]
  sums
}

answer <- indices()
times <- sapply(seq_len(as.integer(given[3])), function(i) {
  took <- system.time(answer <<- indices())
  sprintf("[%f, %f]", took[["elapsed"]], took[["user.self"]] + took[["sys.self"]])
})
status <- if (file.exists("/proc/self/status")) readLines("/proc/self/status") else "VmHWM: 0 kB"
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", status, value = TRUE))) / 1024
names <- intersect(c("hhi", "effective_partners", "entropy", "theil", "top_share_1", "top_share_3", "gini"), names(answer))
means <- sapply(names, function(name) sprintf("\"%s\": [%d, %.17g]", name, nrow(answer), mean(answer[[name]])))
cat(sprintf("{\"times\": [%s], \"held\": 0, \"peak\": %f, \"means\": {%s}}\n",
            paste(times, collapse = ", "), peak, paste(means, collapse = ", ")))
