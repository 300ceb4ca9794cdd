/* Loops in the widest registers the processor has.
 *
 * target_clones compiles each function for several processors and picks one when the
 * module is loaded; where the compiler or the C library cannot, there is one for all. */
#ifndef SKMETA_WIDE_H
#define SKMETA_WIDE_H

#include <stddef.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) \
    && defined(__GLIBC__)
#define CLONES(...) __attribute__((target_clones(__VA_ARGS__)))
#else
#define CLONES(...)
#endif
#define WIDE CLONES("avx512f", "avx2", "default")

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#define PREFETCH_FAR(address) __builtin_prefetch(address, 0, 2) /* second level */
#else
#define PREFETCH_FAR(address) ((void)(address))
#define PREFETCH(address) ((void)(address))
#endif

#if defined(_MSC_VER)
#define RESTRICT __restrict
#else
#define RESTRICT restrict
#endif

#endif
