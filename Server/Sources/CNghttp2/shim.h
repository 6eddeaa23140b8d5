// The HTTP/2 codec: nghttp2, from the system's package (Debian: libnghttp2-dev).
#include <nghttp2/nghttp2.h>
