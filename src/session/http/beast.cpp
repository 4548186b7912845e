// The one translation unit that compiles Boost.Beast itself (BOOST_BEAST_SEPARATE_COMPILATION is set for this room).
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <boost/beast/src.hpp>
#pragma clang diagnostic pop
