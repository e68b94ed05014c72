// A test suite in an image that holds nothing else: no shell, no tar, no libc. It leaves a JUnit file of four cases and a picture below /results,
// one of each for each shard, and its verdict. FAIL=1 lets the second case of the first shard fail.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value ? value : otherwise;
}

static FILE *file(const char *pattern, const char *shard) {
    char path[256];
    snprintf(path, sizeof path, pattern, shard);
    FILE *opened = fopen(path, "w");
    if (!opened) {
        perror(path);
        exit(2);
    }
    return opened;
}

int main(void) {
    const char *shard = setting("SEATRIAL_SHARD_INDEX", "0");
    int fails = !strcmp(setting("FAIL", "0"), "1") && !strcmp(shard, "0");
    mkdir("/results/screens", 0755);
    FILE *junit = file("/results/junit-%s.xml", shard);
    fprintf(junit, "<testsuite name=\"cart %s\" tests=\"4\" failures=\"%d\">\n", shard, fails);
    for (int number = 1; number <= 4; number++) {
        fprintf(junit, "<testcase classname=\"cart\" name=\"case %s.%d\" time=\"0.%d\">", shard, number, number);
        if (fails && number == 2) {
            fprintf(junit, "<failure message=\"expected 2, was 3\">cart.c:42</failure>");
        }
        fprintf(junit, "</testcase>\n");
    }
    fprintf(junit, "</testsuite>\n");
    fclose(junit);
    FILE *picture = file("/results/screens/page-%s.png", shard);
    const unsigned char bytes[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0xff, 0xfe};
    fwrite(bytes, 1, sizeof bytes, picture);
    fclose(picture);
    printf("4 cases, %d failed\n", fails);
    return fails;
}
