/* Runs a battery of TestU01 (L'Ecuyer and Simard, ACM TOMS 33:22, 2007) on 32-bit words read from standard input:

       cc -O2 tests/randomness/battery.c -o battery -ltestu01 -lprobdist -lmylib -lm
       python -m tests.randomness words | ./battery small "words of one stream"

   Of a 64-bit word both halves are seen, the lower one first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bbattery.h"
#include "swrite.h"
#include "unif01.h"

static unsigned int buffer[1 << 16];
static size_t used = 1 << 16;

static unsigned int next(void)
{
    if (used == 1 << 16) {
        if (fread(buffer, sizeof buffer, 1, stdin) != 1) {
            fprintf(stderr, "the words ended before the battery\n");
            exit(1);
        }
        used = 0;
    }
    return buffer[used++];
}

int main(int argc, char **argv)
{
    if (argc != 3 || (strcmp(argv[1], "small") && strcmp(argv[1], "crush"))) {
        fprintf(stderr, "usage: battery small|crush NAME < words\n");
        return 2;
    }
    unif01_Gen *source = unif01_CreateExternGenBits(argv[2], next);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(argv[1], "crush") == 0) {
        bbattery_Crush(source);
    } else {
        swrite_Basic = FALSE;
        bbattery_SmallCrush(source);
        printf("\nAll p-values:\n");
        for (int i = 0; i < bbattery_NTests; i++)
            printf("%-28s %.4f\n", bbattery_TestNames[i], bbattery_pVal[i]);
    }
    unif01_DeleteExternGenBits(source);
    return 0;
}
