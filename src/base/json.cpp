// The one translation unit that compiles Boost.JSON itself; whoever uses it includes <boost/json.hpp>.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <boost/json/src.hpp>
#pragma clang diagnostic pop
