#ifndef CDECREE_BENCH_H
#define CDECREE_BENCH_H

#include <stdbool.h>
#include <sys/types.h>

// Starts a program in a process group of its own, with stdout and stderr going to `output` and an empty signal mask.
// The child is killed by the kernel when the thread that started it ends, so that no server outlives a benchmark that
// died. `posix_spawn` cannot ask for that, hence these few lines of C: between fork and exec only calls that are safe
// after a fork are made.
//
// Returns the process id, or -1 with errno set if the process could not be made. A program that cannot be executed
// exits with status 127.
pid_t decree_spawn(const char *path, char *const arguments[], int output);

// Whether a folder lies in memory, where a sync costs nothing (tmpfs, ramfs). Swift's Glibc has no `statfs`.
bool decree_is_in_memory(const char *path);

#endif
