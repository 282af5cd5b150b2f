/* Preloaded: each sync of a file takes SLOW_SYNC_MS milliseconds longer, as on a network volume.
   It must not skip the sync itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_longer(void) {
  const char *text = getenv("SLOW_SYNC_MS");
  long ms = text ? atol(text) : 0;
  struct timespec delay = {ms / 1000, (ms % 1000) * 1000000L};
  if (ms > 0) nanosleep(&delay, NULL);
}

static int sync_slowly(const char *name, int fd) {
  int (*sync_file)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  wait_longer();
  return sync_file(fd);
}

int fsync(int fd) { return sync_slowly("fsync", fd); }
int fdatasync(int fd) { return sync_slowly("fdatasync", fd); }
