#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "media/media.h"

/// What the server and a media worker say to each other, once each way: a list of strings, each with its length before
/// it. Both ends read what the other may have got wrong. All pure.
namespace paraph::media {

struct Request {
  Upload upload;
  Limits limits;
};

std::string format_request(const Request& request);
/// BadInput: not such octets.
Result<Request> parse_request(std::string_view octets);

/// An answer: what was asked for, or why not.
std::string format_answer(const Result<Voice>& voice);
std::string format_answer(const Result<File>& picture);
/// The worker's own failure comes back as it was. Unavailable: not an answer.
Result<Voice> parse_voice_answer(std::string_view octets);
Result<File> parse_picture_answer(std::string_view octets);

}  // namespace paraph::media
