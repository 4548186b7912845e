// The one translation unit that compiles Asio itself (BOOST_ASIO_SEPARATE_COMPILATION is set everywhere).
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <boost/asio/impl/src.hpp>
#pragma clang diagnostic pop
