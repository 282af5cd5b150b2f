/*
 * Preloaded into a service by watched-disk.ts: writes down, in one order, every change and sync of the SQLite files, and
 * all that leaves on sockets; and lets a test hold a sync, delay it, or make it fail. Linux on 64 bits.
 *
 * A change is written down after it was made, a send before it is made, a sync at its begin and at its end: what the
 * log shows as synced before a send was synced before it. One writev(2) to a file opened with O_APPEND is one entry,
 * whichever thread or process makes it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The order is known to watched-disk.ts. */
static const char *const NAMES[] = {"countersign.db", "countersign.db-wal", "countersign.db-journal",
                                    "limits.db", "limits.db-wal", "limits.db-journal"};
enum { FILES = sizeof NAMES / sizeof *NAMES, DIRECTORY = 200, NONE = 255 };
enum { DESCRIPTORS = 4096, HOLD_LOOK_US = 1000, SEND_KEPT = 16384, SLICES = 64 };

struct entry {
  char kind;
  unsigned char file;
  uint16_t unused;
  uint32_t process;
  uint32_t thread;
  uint32_t length;
  int64_t at;
};

struct known {
  dev_t device;
  ino_t inode;
  unsigned char file;
};
static struct known known[DESCRIPTORS];
static const char *directory;
static int log_fd = -1;

__attribute__((constructor)) static void begin(void) {
  char path[4096];
  directory = getenv("WATCHED_DISK");
  if (!directory) return;
  snprintf(path, sizeof path, "%s/log", directory);
  log_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void note(char kind, unsigned char file, int64_t at, const struct iovec *parts, int count, size_t most) {
  struct iovec all[SLICES + 1];
  struct entry entry = {.kind = kind, .file = file, .at = at};
  int saved = errno, used = 1;
  if (log_fd < 0) return;
  entry.process = getpid();
  entry.thread = syscall(SYS_gettid);
  for (int i = 0; i < count && i < SLICES && entry.length < most; i += 1) {
    size_t left = most - entry.length;
    all[used] = parts[i];
    if (all[used].iov_len > left) all[used].iov_len = left;
    entry.length += all[used].iov_len;
    used += 1;
  }
  all[0] = (struct iovec){&entry, sizeof entry};
  if (syscall(SYS_writev, log_fd, all, used) != (long)(sizeof entry + entry.length)) abort();
  errno = saved;
}

static void note_bare(char kind, unsigned char file, int64_t at) { note(kind, file, at, NULL, 0, 0); }

static unsigned char file_of_path(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  for (unsigned char i = 0; i < FILES; i += 1)
    if (strcmp(name, NAMES[i]) == 0) return i;
  return NONE;
}

/* A number may be another file's by now: not every close can be seen. */
static unsigned char file_of(int fd) {
  struct stat now;
  if (fd < 0 || fd >= DESCRIPTORS || known[fd].inode == 0) return NONE;
  if (fstat(fd, &now) != 0 || now.st_ino != known[fd].inode || now.st_dev != known[fd].device) return NONE;
  return known[fd].file;
}

/* To another host, or what stands for one: the log goes to a socket of the other family where a test reads it. */
static int is_connection(int fd) {
  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  int saved = errno, found = getsockname(fd, (struct sockaddr *)&own, &length) == 0 && own.ss_family != AF_UNIX;
  errno = saved;
  return found;
}

static int is_directory(int fd) {
  struct stat now;
  return fstat(fd, &now) == 0 && S_ISDIR(now.st_mode);
}

static int is_held(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/hold.%s", directory, name);
  return access(path, F_OK) == 0;
}

/* True once for each time that the test asks for it: as Linux does, a failure is reported once. */
static int is_asked(const char *verb, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.%s", directory, verb, name);
  return syscall(SYS_unlink, path) == 0;
}

static int open_watched(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  unsigned char file = log_fd < 0 ? NONE : file_of_path(path);
  int is_new = file != NONE && (flags & O_CREAT) && access(path, F_OK) != 0;
  int fd = real(path, flags, mode);
  struct stat now;
  if (fd < 0 || fd >= DESCRIPTORS) return fd;
  if (file == NONE || fstat(fd, &now) != 0) {
    known[fd].inode = 0;
    return fd;
  }
  known[fd] = (struct known){now.st_dev, now.st_ino, file};
  if (is_new) note_bare('C', file, 0);
  if (flags & O_TRUNC) note_bare('T', file, 0);
  return fd;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    va_list rest;                                               \
    va_start(rest, flags);                                      \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                               \
    return open_watched(REAL(name), path, flags, mode);  \
  }
OPEN(open)
OPEN(open64)

#define PWRITE(name, offset_t)                                                   \
  ssize_t name(int fd, const void *data, size_t size, offset_t at) {             \
    ssize_t written = REAL(name)(fd, data, size, at);                            \
    unsigned char file = file_of(fd);                                            \
    struct iovec part = {(void *)data, written > 0 ? (size_t)written : 0};       \
    if (written > 0 && file != NONE) note('W', file, at, &part, 1, part.iov_len); \
    return written;                                                              \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_t)                                \
  int name(int fd, offset_t size) {                             \
    int result = REAL(name)(fd, size);                          \
    unsigned char file = file_of(fd);                           \
    if (result == 0 && file != NONE) note_bare('T', file, size); \
    return result;                                              \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int unlink(const char *path) {
  unsigned char file = file_of_path(path);
  int result = REAL(unlink)(path);
  if (result == 0 && file != NONE) note_bare('U', file, 0);
  return result;
}

static int sync_watched(int fd, int (*real)(int)) {
  unsigned char file = log_fd < 0 ? NONE : file_of(fd);
  if (file == NONE && log_fd >= 0 && is_directory(fd)) file = DIRECTORY;
  if (file == NONE) return real(fd);
  const char *name = file == DIRECTORY ? "directory" : NAMES[file];
  const char *delay = getenv("WATCHED_DISK_DELAY_MS");
  int result = -1;
  note_bare('B', file, 0);
  if (delay) usleep(1000 * atoi(delay));
  if (is_held(name)) {
    note_bare('H', file, 0);
    while (is_held(name)) usleep(HOLD_LOOK_US);
  }
  if (is_asked("fail", name)) errno = EIO;
  else result = real(fd);
  note_bare('E', file, result);
  if (result != 0 && is_asked("kill", name)) kill(getpid(), SIGKILL);
  return result;
}
int fsync(int fd) { return sync_watched(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_watched(fd, REAL(fdatasync)); }

static void note_send(int fd, const struct iovec *parts, int count) {
  if (log_fd >= 0 && is_connection(fd)) note('S', NONE, fd, parts, count, SEND_KEPT);
}

ssize_t write(int fd, const void *data, size_t size) {
  struct iovec part = {(void *)data, size};
  note_send(fd, &part, 1);
  return REAL(write)(fd, data, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  note_send(fd, parts, count);
  return REAL(writev)(fd, parts, count);
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
  struct iovec part = {(void *)data, size};
  note_send(fd, &part, 1);
  return REAL(send)(fd, data, size, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length) {
  struct iovec part = {(void *)data, size};
  note_send(fd, &part, 1);
  return REAL(sendto)(fd, data, size, flags, to, length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  note_send(fd, message->msg_iov, message->msg_iovlen);
  return REAL(sendmsg)(fd, message, flags);
}
