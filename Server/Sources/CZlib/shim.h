// Compression of gRPC messages: zlib, from the system's package (Debian: zlib1g-dev).
#include <zlib.h>
