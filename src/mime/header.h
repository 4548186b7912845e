#pragma once
/// Everything about header fields: iterating them (field.h), and the structured values inside.
#include "mime/address_list.h"  // From, To, ...: parse_address_list, format_address
#include "mime/content.h"       // Content-Type, Content-Disposition, RFC 2231 parameters
#include "mime/date.h"          // Date: parse_date, format_date
#include "mime/field.h"         // Fields, find_field, unfold, parse_message_ids
#include "mime/words.h"         // RFC 2047: decode_words, encode_words
