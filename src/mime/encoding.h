#pragma once
/// Content-Transfer-Encodings (RFC 2045 §6).
#include "mime/base64.h"            // encode_base64, decode_base64, Base64Decoder
#include "mime/quoted_printable.h"  // encode_quoted_printable, decode_quoted_printable, QuotedPrintableDecoder
