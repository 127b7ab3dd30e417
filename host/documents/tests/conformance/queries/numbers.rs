//! Mathematical functions.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "abs, floor, ceiling",
        "SELECT VALUE [ABS(-1.5), FLOOR(-1.5), CEILING(-1.5), CEILING(1.2)]",
        "[[1.5,-2,-1,2]]",
    ),
    (
        "round: midpoints away from zero",
        "SELECT VALUE [ROUND(-6.5), ROUND(-0.5), ROUND(0.5), ROUND(6.5), ROUND(2.4)]",
        "[[-7,-1,1,7,2]]",
    ),
    (
        "trigonometric functions at 0 and 1",
        "SELECT VALUE [SIN(0), COS(0), TAN(0), ACOS(1), ASIN(0), ATAN(0), ATN2(0, 1)]",
        "[[0,1,0,0,0,0,0]]",
    ),
    (
        "degrees, radians",
        "SELECT VALUE [DEGREES(PI()), RADIANS(180) = PI(), ROUND(COT(PI() / 4))]",
        "[[180,true,1]]",
    ),
    (
        "exp, log, log10",
        "SELECT VALUE [EXP(0), LOG(1), LOG(8, 2), LOG10(1000), LOG10(0), LOG(-1)]",
        "[[1,0,3,3]]",
    ),
    (
        "power, sqrt, square",
        "SELECT VALUE [POWER(2, 10), POWER(9, 0.5), SQRT(16), SQRT(-1), SQUARE(-3)]",
        "[[1024,3,4,9]]",
    ),
    (
        "sign, trunc",
        "SELECT VALUE [SIGN(-2), SIGN(0), SIGN(0.5), TRUNC(2.9), TRUNC(-2.9)]",
        "[[-1,0,1,2,-2]]",
    ),
    ("pi", "SELECT VALUE PI()", "[3.141592653589793]"),
    (
        "numberbin",
        "SELECT VALUE [NumberBin(37.752), NumberBin(37.752, 5), NumberBin(-3, 2), NumberBin(1, 0)]",
        "[[37,35,-4]]",
    ),
    ("rand: from 0 to 1", "SELECT VALUE RAND() >= 0 AND RAND() < 1", "[true]"),
    (
        "round: digits",
        "SELECT VALUE [ROUND(2.4567, 2), ROUND(1250, -2)]",
        "[[2.46,1300]]",
    ),
    (
        "intadd to intsub",
        "SELECT VALUE [IntAdd(20, 10), IntSub(20, 25), IntMul(5, 2), IntDiv(10, 3), IntMod(12, 5)]",
        "[[30,-5,10,3,2]]",
    ),
    (
        "intdiv: by zero, and fractions",
        "SELECT VALUE [IntDiv(1, 0), IntMod(1, 0), IntAdd(1.5, 1), IntAdd('1', 1)]",
        "[[]]",
    ),
    (
        "intbit functions",
        "SELECT VALUE [IntBitAnd(15, 25), IntBitOr(56, 100), IntBitXor(56, 100), IntBitNot(65), IntBitLeftShift(16, 4), IntBitRightShift(16, 4)]",
        "[[9,124,92,-66,256,1]]",
    ),
    (
        "abs, floor, ceiling: not of texts",
        "SELECT VALUE [ABS('1'), FLOOR(null), CEILING([])]",
        "[[]]",
    ),
];
