/* Between the daemon and the disk: writes down, in order, what is done to the files below POWER_DIR, in the file POWER_JOURNAL, for disk.ts to
   read. A write stands there before it is made, a sync after it has come back, with how long the journal was when it was asked for.
   cc -shared -fPIC -o recorder.so recorder.c -ldl; LD_PRELOAD=recorder.so. Each record: kind, offset, three lengths; then path, other path, data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { WRITE = 'w', SYNC = 's', DATA_SYNC = 'd', DIRECT = 'D', TRUNCATE = 't', CREATE = 'c', RENAME = 'r', UNLINK = 'u', MKDIR = 'm', RMDIR = 'x' };

struct head {
  int64_t kind, offset, path, other, data;
};

static int journal(void) {
  static int fd = -1;
  if (fd < 0) fd = NEXT(open)(getenv("POWER_JOURNAL"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  return fd;
}

static int64_t position(void) {
  struct stat s;
  return fstat(journal(), &s) == 0 ? s.st_size : 0;
}

/* One call appends all of it: neither threads nor processes come between. */
static void note(int kind, int64_t offset, const char *path, const char *other, const struct iovec *data, int count) {
  struct head head = {kind, offset, strlen(path), strlen(other), 0};
  struct iovec all[IOV_MAX];
  int n = 0;
  all[n++] = (struct iovec){&head, sizeof head};
  all[n++] = (struct iovec){(void *)path, head.path};
  all[n++] = (struct iovec){(void *)other, head.other};
  for (int i = 0; i < count; i++) {
    if (n == IOV_MAX) abort();
    head.data += data[i].iov_len;
    all[n++] = data[i];
  }
  int saved = errno;
  ssize_t length = sizeof head + head.path + head.other + head.data;
  if (NEXT(writev)(journal(), all, n) != length) abort();
  errno = saved;
}

static int is_ours(const char *path) {
  const char *root = getenv("POWER_DIR");
  return root && path[0] == '/' && !strncmp(path, root, strlen(root));
}

static int path_of(int fd, char *path) {
  char link[64];
  int saved = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  errno = saved;
  if (length <= 0) return 0;
  path[length] = 0;
  return is_ours(path) && !strstr(path, " (deleted)");
}

static const char *absolute(const char *path, char *room) {
  if (path[0] == '/') return path;
  char here[PATH_MAX];
  if (!getcwd(here, sizeof here)) return path;
  return snprintf(room, PATH_MAX, "%s/%s", here, path) < PATH_MAX ? room : path;
}

/* Where `write` would put it. */
static int64_t here(int fd) {
  struct stat s;
  if (fcntl(fd, F_GETFL) & O_APPEND) return fstat(fd, &s) == 0 ? s.st_size : 0;
  return lseek(fd, 0, SEEK_CUR);
}

static int64_t length_of(const struct iovec *v, int n) {
  int64_t length = 0;
  for (int i = 0; i < n; i++) length += v[i].iov_len;
  return length;
}

static ssize_t written(int fd, const char *path, int64_t offset, int64_t length, ssize_t result) {
  if (result == length && (fcntl(fd, F_GETFL) & O_DSYNC)) {
    int64_t range = length;
    note(DIRECT, offset, path, "", &(struct iovec){&range, sizeof range}, 1);
  }
  return result;
}

#define WRITER(name, args, pass, where, v, n)                                          \
  ssize_t name args {                                                                  \
    char path[PATH_MAX];                                                               \
    if (!path_of(fd, path)) return NEXT(name) pass;                                    \
    int64_t at = where;                                                                \
    note(WRITE, at, path, "", v, n);                                                   \
    return written(fd, path, at, length_of(v, n), NEXT(name) pass);                    \
  }

WRITER(pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o), o, (&(struct iovec){(void *)b, n}), 1)
WRITER(pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o), o, (&(struct iovec){(void *)b, n}), 1)
WRITER(write, (int fd, const void *b, size_t n), (fd, b, n), here(fd), (&(struct iovec){(void *)b, n}), 1)
WRITER(pwritev, (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o), o, v, n)
WRITER(pwritev64, (int fd, const struct iovec *v, int n, off64_t o), (fd, v, n, o), o, v, n)
WRITER(writev, (int fd, const struct iovec *v, int n), (fd, v, n), here(fd), v, n)

#define SYNCER(name, kind)                                                             \
  int name(int fd) {                                                                   \
    char path[PATH_MAX];                                                               \
    int64_t since = position();                                                        \
    int result = NEXT(name)(fd);                                                       \
    if (result == 0 && path_of(fd, path)) note(kind, since, path, "", 0, 0);           \
    return result;                                                                     \
  }
SYNCER(fsync, SYNC)
SYNCER(fdatasync, DATA_SYNC)

#define TRUNCATER(name, type)                                                          \
  int name(int fd, type n) {                                                           \
    char path[PATH_MAX];                                                               \
    if (path_of(fd, path)) note(TRUNCATE, n, path, "", 0, 0);                          \
    return NEXT(name)(fd, n);                                                          \
  }
TRUNCATER(ftruncate, off_t)
TRUNCATER(ftruncate64, off64_t)

static void opening(const char *given, int flags) {
  char room[PATH_MAX];
  const char *path = absolute(given, room);
  if (!is_ours(path)) return;
  int saved = errno, there = access(path, F_OK) == 0;
  errno = saved;
  if ((flags & O_CREAT) && !there) note(CREATE, 0, path, "", 0, 0);
  if ((flags & O_TRUNC) && there) note(TRUNCATE, 0, path, "", 0, 0);
}

#define OPENER(name)                                                                   \
  int name(const char *path, int flags, ...) {                                         \
    va_list rest;                                                                      \
    va_start(rest, flags);                                                             \
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0;                  \
    va_end(rest);                                                                      \
    opening(path, flags);                                                              \
    return NEXT(name)(path, flags, mode);                                              \
  }
OPENER(open)
OPENER(open64)

#define NAMES(name, kind, args, pass, first, second)                                   \
  int name args {                                                                      \
    char room[PATH_MAX], space[PATH_MAX];                                              \
    const char *path = absolute(first, room), *other = second[0] ? absolute(second, space) : second; \
    if (!is_ours(path)) return NEXT(name) pass;                                        \
    int result = NEXT(name) pass;                                                      \
    if (result == 0) note(kind, 0, path, other, 0, 0);                                 \
    return result;                                                                     \
  }
NAMES(rename, RENAME, (const char *from, const char *to), (from, to), from, to)
NAMES(unlink, UNLINK, (const char *path_), (path_), path_, "")
NAMES(mkdir, MKDIR, (const char *path_, mode_t mode), (path_, mode), path_, "")
NAMES(rmdir, RMDIR, (const char *path_), (path_), path_, "")
