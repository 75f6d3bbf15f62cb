/* Between the daemon and the disk: fails or slows the Nth call that writes to a file whose path holds FAULT_PATH.
   cc -shared -fPIC -o shim.so shim.c -ldl; LD_PRELOAD=shim.so with FAULT_AT, FAULT_MODE (eio, enospc, erofs, short, slow), FAULT_COUNT.
   Calls are counted from the moment at which the file FAULT_ARM is there; without FAULT_ARM from the beginning. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static int is_ours(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  const char *wanted = getenv("FAULT_PATH");
  return wanted && strstr(path, wanted) && !strstr(path, "lock");
}

/* 0: go on; 1: fail with errno; 2: write a part. */
static int fault(int fd, int writes) {
  const char *arm = getenv("FAULT_ARM");
  if (arm && access(arm, F_OK) != 0) return 0;
  const char *at = getenv("FAULT_AT"), *mode = getenv("FAULT_MODE"), *count = getenv("FAULT_COUNT");
  if (!at || !mode || !is_ours(fd)) return 0;
  long n = atomic_fetch_add(&calls, 1) + 1, first = atol(at), many = count ? atol(count) : 1;
  if (n < first || n >= first + many) return 0;
  dprintf(2, "fault %s at call %ld\n", mode, n);
  if (!strcmp(mode, "slow")) return usleep(300000), 0;
  if (!strcmp(mode, "short")) return writes ? 2 : 0;
  errno = !strcmp(mode, "enospc") ? ENOSPC : !strcmp(mode, "erofs") ? EROFS : EIO;
  return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRITER(name, args, pass, part, fd) \
  ssize_t name args { int f = fault(fd, 1); if (f == 1) return -1; if (f == 2) return part; return NEXT(name) pass; }
#define SYNCER(name) \
  int name(int fd) { return fault(fd, 0) == 1 ? -1 : NEXT(name)(fd); }

WRITER(pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o), (NEXT(pwrite)(fd, b, n / 2, o)), fd)
WRITER(pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o), (NEXT(pwrite64)(fd, b, n / 2, o)), fd)
WRITER(write, (int fd, const void *b, size_t n), (fd, b, n), (NEXT(write)(fd, b, n / 2)), fd)
WRITER(pwritev, (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o), (NEXT(pwritev)(fd, v, n > 1 ? n / 2 : n, o)), fd)
WRITER(writev, (int fd, const struct iovec *v, int n), (fd, v, n), (NEXT(writev)(fd, v, n > 1 ? n / 2 : n)), fd)
SYNCER(fsync)
SYNCER(fdatasync)
int ftruncate(int fd, off_t n) { return fault(fd, 0) == 1 ? -1 : NEXT(ftruncate)(fd, n); }
