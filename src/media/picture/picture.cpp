#include "media/picture/picture.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <time.h>
#include <vips/vips.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/text.h"

namespace paraph::media::picture {
namespace {

constexpr std::int64_t kPixelsMax = 50'000'000;  ///< of the picture as it came
constexpr std::int64_t kRatioMax = 100;          ///< of its longer side to its shorter one
constexpr std::array kQualities{85, 70, 50, 30};

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

struct Format {
  std::string_view name;
  std::string_view magic;
  std::size_t at;
  std::string_view media_type;
};
constexpr std::array<Format, 4> kFormats{{{"PNG", "\x89PNG\r\n\x1A\n", 0, "image/png"},
                                          {"JPEG", "\xFF\xD8\xFF", 0, "image/jpeg"},
                                          {"GIF", "GIF8", 0, "image/gif"},
                                          {"WebP", "WEBP", 8, "image/webp"}}};

std::string vips_reason() {
  std::string reason = printable(trimmed(vips_error_buffer()));
  vips_error_clear();
  return reason.substr(0, 200);
}

Result<Format> find_format(const Upload& upload) {
  const std::string_view octets = upload.octets;
  const auto is = [&](const Format& one) {
    return octets.size() >= one.at && octets.substr(one.at).starts_with(one.magic);
  };
  const auto format = std::ranges::find_if(kFormats, is);
  if (format == kFormats.end())
    return fail(Code::Unsupported, "the picture is neither PNG, JPEG, GIF nor WebP: save it as one of them");
  std::string type = lowered(trimmed(std::string_view(upload.declared_type).substr(0, upload.declared_type.find(';'))));
  if (type == "image/jpg" || type == "image/pjpeg") type = "image/jpeg";
  if (!type.empty() && type != "application/octet-stream" && type != format->media_type)
    return fail(Code::BadInput,
                fmt::format("the picture is declared to be {}, and is {}", printable(type), format->name));
  return *format;
}

/// The header alone is read.
Result<void> check_size(const std::string& octets) {
  const Image image(
      vips_image_new_from_buffer(octets.data(), octets.size(), "", "access", VIPS_ACCESS_SEQUENTIAL, nullptr));
  if (!image) return fail(Code::BadInput, fmt::format("the picture is broken: {}", vips_reason()));
  const std::int64_t width = vips_image_get_width(image.get());
  const std::int64_t height = vips_image_get_height(image.get());
  if (width * height > kPixelsMax)
    return fail(Code::TooLarge,
                fmt::format("the picture has {}x{} pixels, {} in all are allowed", width, height, kPixelsMax));
  if (std::max(width, height) > kRatioMax * std::min(width, height))
    return fail(Code::TooLarge, fmt::format("the picture has {}x{} pixels: one side may be {} times the other", width,
                                            height, kRatioMax));
  return {};
}

/// Turned upright, in sRGB, no larger than it may be, decoded in full.
Result<Image> shown(const Request& request) {
  const auto& [upload, limits] = request;
  const auto most = [](std::uint32_t limit) { return limit == 0 ? VIPS_MAX_COORD : static_cast<int>(limit); };
  VipsImage* small = nullptr;
  // The options end with a null, as in all of libvips' C functions.
  if (vips_thumbnail_buffer(const_cast<char*>(upload.octets.data()), upload.octets.size(), &small,
                            most(limits.width_max), "height", most(limits.height_max), "size", VIPS_SIZE_DOWN,
                            "export_profile", "srgb", "option_string", "[fail_on=truncated]", nullptr) != 0)
    return fail(Code::BadInput, fmt::format("the picture is broken: {}", vips_reason()));
  const Image thumbnail(small);
  Image decoded(vips_image_copy_memory(small));
  if (!decoded) return fail(Code::BadInput, fmt::format("the picture is broken: {}", vips_reason()));
  return decoded;
}

/// Only pixels: what is remembered besides them is left out.
std::optional<std::string> saved(VipsImage* image, const char* how, int quality) {
  void* octets = nullptr;
  std::size_t bytes = 0;
  const bool png = std::string_view(how) == ".png";
  const int failed =
      png ? vips_pngsave_buffer(image, &octets, &bytes, "strip", TRUE, "compression", 9, nullptr)
          : vips_jpegsave_buffer(image, &octets, &bytes, "strip", TRUE, "Q", quality, "optimize_coding", TRUE, nullptr);
  if (failed != 0) return std::nullopt;
  std::string out(static_cast<const char*>(octets), bytes);
  g_free(octets);
  return out;
}

/// On white: JPEG knows no transparency.
Image flattened(VipsImage* image) {
  VipsImage* flat = nullptr;
  const std::array<double, 3> white{255, 255, 255};
  VipsArrayDouble* background = vips_array_double_new(white.data(), static_cast<int>(white.size()));
  const int failed = vips_flatten(image, &flat, "background", background, nullptr);
  vips_area_unref(VIPS_AREA(background));
  return Image(failed == 0 ? flat : nullptr);
}

/// Drawings as PNG when they are small enough so, photographs and all else as JPEG.
Result<File> encode(VipsImage* image, const Format& came_as, std::uint64_t bytes_max) {
  File file{.width = static_cast<std::uint32_t>(vips_image_get_width(image)),
            .height = static_cast<std::uint32_t>(vips_image_get_height(image))};
  const auto fits = [&](const std::optional<std::string>& octets) {
    return octets && (bytes_max == 0 || octets->size() <= bytes_max);
  };
  if (came_as.name != "JPEG") {
    if (auto octets = saved(image, ".png", 0); fits(octets)) {
      file.octets = *std::move(octets);
      file.media_type = "image/png";
      file.extension = "png";
      return file;
    }
  }
  const Image flat = vips_image_hasalpha(image) != 0 ? flattened(image) : nullptr;
  for (const int quality : kQualities) {
    auto octets = saved(flat ? flat.get() : image, ".jpg", quality);
    if (!fits(octets)) continue;
    file.octets = *std::move(octets);
    file.media_type = "image/jpeg";
    file.extension = "jpg";
    return file;
  }
  return fail(Code::TooLarge, fmt::format("the picture of {}x{} pixels has over {} octets however it is saved",
                                          file.width, file.height, bytes_max));
}

}  // namespace

Result<void> prepare() {
  setenv("VIPS_NOVECTOR", "1", 1);  // it would make code while it runs
  if (vips_init("paraph-media-picture") != 0) return fail(Code::Unavailable, vips_reason());
  // Warnings go nowhere: what writes them asks first what standard error is.
  g_log_set_writer_func([](GLogLevelFlags, const GLogField*, gsize, gpointer) { return G_LOG_WRITER_HANDLED; }, nullptr,
                        nullptr);
  tzset();  // it reads a file, and libvips notes the time of what it does
  vips_concurrency_set(1);
  vips_cache_set_max(0);
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const char* loader :
       {"VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadNsgif", "VipsForeignLoadWebp"})
    vips_operation_block_set(loader, FALSE);
  return {};
}

Result<File> import_picture(const Request& request) {
  const auto& [upload, limits] = request;
  if (upload.octets.empty()) return fail(Code::BadInput, "the picture is empty: it has 0 octets");
  if (limits.upload_bytes_max != 0 && upload.octets.size() > limits.upload_bytes_max)
    return fail(Code::TooLarge, fmt::format("the picture has {} octets, {} are allowed", upload.octets.size(),
                                            limits.upload_bytes_max));
  PARAPH_TRY(const auto format, find_format(upload));
  PARAPH_CHECK(check_size(upload.octets));
  PARAPH_TRY(const auto image, shown(request));
  return encode(image.get(), format, limits.bytes_max);
}

}  // namespace paraph::media::picture
