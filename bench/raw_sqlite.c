/* Commits of one row and of 1,000 by SQLite alone, and bare writes with a sync, for some seconds. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROW = 600, PAGE = 4096, BATCH = 1000 };

static sqlite3 *bank;
static sqlite3_stmt *insert;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static void require(int holds) {
    if (!holds) {
        fprintf(stderr, "%s\n", bank ? sqlite3_errmsg(bank) : "a write failed");
        exit(1);
    }
}

static void run(const char *statement) {
    require(sqlite3_exec(bank, statement, NULL, NULL, NULL) == SQLITE_OK);
}

static double rows_a_second(int batch, double seconds) {
    double started = now();
    long rows = 0;
    while (now() - started < seconds) {
        run("BEGIN IMMEDIATE");
        for (int row = 0; row < batch; row++, rows++) {
            require(sqlite3_step(insert) == SQLITE_DONE);
            sqlite3_reset(insert);
        }
        run("COMMIT");
    }
    return rows / (now() - started);
}

static double syncs_a_second(const char *path, double seconds) {
    char page[PAGE] = {0};
    int file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
    require(file >= 0);
    double started = now();
    long syncs = 0;
    for (; now() - started < seconds; syncs++)
        require(write(file, page, PAGE) == PAGE && fdatasync(file) == 0);
    return syncs / (now() - started);
}

int main(int count, char **arguments) {
    require(count == 4);
    double seconds = atof(arguments[3]);
    char body[ROW];
    memset(body, 'x', ROW);
    printf("%10.0f writes of 4 KiB with fdatasync a second\n", syncs_a_second(arguments[2], seconds));
    require(sqlite3_open(arguments[1], &bank) == SQLITE_OK);
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE raw (id integer PRIMARY KEY, body text)");
    require(sqlite3_prepare_v2(bank, "INSERT INTO raw (body) VALUES (?)", -1, &insert, NULL) == SQLITE_OK);
    sqlite3_bind_text(insert, 1, body, ROW, SQLITE_STATIC);
    printf("%10.0f commits a second of one row, sqlite from C\n", rows_a_second(1, seconds));
    printf("%10.0f rows a second in batches of %d, sqlite from C\n", rows_a_second(BATCH, seconds), BATCH);
    return 0;
}
