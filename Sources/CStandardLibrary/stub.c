#include "CStandardLibrary.h"
