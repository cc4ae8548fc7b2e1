/* The least that the work takes: cells and sums of rows in the order of exporter, importer, product, on two threads.

   Nothing is checked but that no partner stands twice in a group (it is added), and nothing but numbers comes out. */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const int32_t *reporter, *partner, *product;
    const double *value;
    const int64_t *starts; /* where each exporter's rows begin, and the end of the last */
    int64_t exporters, products, partners;
    const int32_t *dense; /* the number of each product's code */
    int task;             /* 0: exporters; 1: sums only; 2: with the order within the group */
    double *out;          /* n and seven columns for each row at most */
    int64_t *groups;      /* how many groups each exporter has */
    int64_t next;
} Work;

/* The largest first. */
static void sort(double *x, int64_t n) {
    while (n > 24) {
        double a = x[0], b = x[n / 2], c = x[n - 1], pivot = a > b ? (b > c ? b : a > c ? c : a) : (a > c ? a : b > c ? c : b);
        int64_t i = 0, j = n - 1;
        while (i <= j) {
            while (x[i] > pivot) i++;
            while (x[j] < pivot) j--;
            if (i <= j) {
                double one = x[i];
                x[i++] = x[j];
                x[j--] = one;
            }
        }
        sort(x, j + 1);
        x += i;
        n -= i;
    }
    for (int64_t i = 1; i < n; i++) {
        double one = x[i];
        int64_t j = i;
        for (; j > 0 && x[j - 1] < one; j--) x[j] = x[j - 1];
        x[j] = one;
    }
}

static void indices(double *x, int64_t n, int task, double *out) {
    double total = 0, squares = 0, logs = 0, most = 0;
    for (int64_t i = 0; i < n; i++) {
        total += x[i];
        squares += x[i] * x[i];
        if (task) logs += x[i] * log(x[i]);
        if (x[i] > most) most = x[i];
    }
    double entropy = log(total) - logs / total;
    out[0] = n;
    out[1] = squares / (total * total);
    if (!task) return;
    out[2] = 1 / out[1];
    out[3] = entropy;
    out[4] = log(n) - entropy;
    out[5] = most / total;
    if (task < 2) return;
    sort(x, n);
    double ranked = 0, three = 0;
    for (int64_t i = 0; i < n; i++) ranked += x[i] * (i + 1);
    for (int64_t i = 0; i < n && i < 3; i++) three += x[i];
    out[6] = three / total;
    out[7] = (n + 1 - 2 * ranked / total) / n;
}

static void *work(void *given) {
    Work *w = given;
    int64_t *ends = malloc((w->products + 1) * sizeof(int64_t));
    double *by_partner = malloc(w->partners * sizeof(double)), *x = malloc((w->partners + 1) * sizeof(double));
    int64_t e;
    while ((e = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED)) < w->exporters) {
        int64_t a = w->starts[e], b = w->starts[e + 1], found = 0;
        double *out = w->out + 8 * a;
        if (!w->task) {
            memset(by_partner, 0, w->partners * sizeof(double));
            for (int64_t i = a; i < b; i++) by_partner[w->partner[i]] += w->value[i];
            int64_t n = 0;
            for (int64_t p = 0; p < w->partners; p++)
                if (by_partner[p] > 0) x[n++] = by_partner[p];
            indices(x, n, 0, out);
            w->groups[e] = 1;
            continue;
        }
        /* A counting sort by product: within each, partners stay in their order. */
        memset(ends, 0, (w->products + 1) * sizeof(int64_t));
        for (int64_t i = a; i < b; i++) ends[w->dense[w->product[i]] + 1]++;
        for (int64_t k = 0; k < w->products; k++) ends[k + 1] += ends[k];
        double *sorted = malloc((b - a) * sizeof(double));
        int32_t *who = malloc((b - a) * sizeof(int32_t));
        for (int64_t i = a; i < b; i++) {
            int64_t at = ends[w->dense[w->product[i]]]++;
            sorted[at] = w->value[i];
            who[at] = w->partner[i];
        }
        for (int64_t k = 0, start = 0; k < w->products; start = ends[k++]) {
            int64_t n = 0;
            for (int64_t i = start; i < ends[k]; i++) {
                if (n && who[i] == who[i - 1])
                    x[n - 1] += sorted[i];
                else
                    x[n++] = sorted[i];
            }
            if (n) indices(x, n, w->task, out + 8 * found++);
        }
        w->groups[e] = found;
        free(sorted);
        free(who);
    }
    free(ends);
    free(by_partner);
    free(x);
    return 0;
}

/* Rows must stand in the order of exporter and importer. */
void compute(const int32_t *reporter, const int32_t *partner, const int32_t *product, const double *value, int64_t rows,
             int task, double *out, int64_t *groups, int64_t *starts, int64_t *exporters) {
    int32_t most_product = 0, most_partner = 0;
    *exporters = 0;
    for (int64_t i = 0; i < rows; i++) {
        if (i == 0 || reporter[i] != reporter[i - 1]) starts[(*exporters)++] = i;
        if (product[i] > most_product) most_product = product[i];
        if (partner[i] > most_partner) most_partner = partner[i];
    }
    starts[*exporters] = rows;
    int32_t *dense = calloc(most_product + 1, sizeof(int32_t)), products = 0;
    for (int64_t i = 0; i < rows; i++) dense[product[i]] = 1;
    for (int32_t k = 0; k <= most_product; k++) dense[k] = dense[k] ? products++ : 0;
    Work w = {reporter, partner, product, value, starts, *exporters, products, most_partner + 1, dense, task, out, groups, 0};
    pthread_t second;
    pthread_create(&second, 0, work, &w);
    work(&w);
    pthread_join(second, 0);
    free(dense);
}
