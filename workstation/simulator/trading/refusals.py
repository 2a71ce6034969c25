"""What the venue says no to an order with: Binance's codes and texts."""

from workstation.simulator.rest_errors import ApiError


def precision() -> ApiError:
    """More digits than the symbol has."""
    return ApiError(-1111, "Precision is over the maximum defined for this asset.")


def not_sent_when_required(name: str) -> ApiError:
    """A parameter that this kind of order does not take."""
    return ApiError(-1106, f"Parameter '{name}' sent when not required.")


def invalid_time_in_force() -> ApiError:
    return ApiError(-1115, "Invalid timeInForce.")


def invalid_kind() -> ApiError:
    return ApiError(-1116, "Invalid orderType.")


def invalid_side() -> ApiError:
    return ApiError(-1117, "Invalid side.")


def unknown_order() -> ApiError:
    """Nothing to cancel."""
    return ApiError(-2011, "Unknown order sent.")


def no_such_order() -> ApiError:
    """Nothing to tell of."""
    return ApiError(-2013, "Order does not exist.")


def margin_insufficient() -> ApiError:
    return ApiError(-2019, "Margin is insufficient.")


def would_trigger() -> ApiError:
    return ApiError(-2021, "Order would immediately trigger.")


def reduce_only() -> ApiError:
    return ApiError(-2022, "ReduceOnly Order is rejected.")


def above_leverage() -> ApiError:
    return ApiError(-2027, "Exceeded the maximum allowable position at current leverage.")


def price_not_positive() -> ApiError:
    return ApiError(-4001, "Price less than 0.")


def size_not_positive() -> ApiError:
    return ApiError(-4003, "Quantity less than or equal to zero.")


def size_too_large() -> ApiError:
    return ApiError(-4005, "Quantity greater than max quantity.")


def off_tick() -> ApiError:
    return ApiError(-4014, "Price not increased by tick size.")


def too_high(price: str) -> ApiError:
    return ApiError(-4016, f"Limit price can't be higher than {price}.")


def off_step() -> ApiError:
    return ApiError(-4023, "Qty not increased by step size.")


def too_low(price: str) -> ApiError:
    return ApiError(-4024, f"Limit price can't be lower than {price}.")


def bad_leverage(leverage: int) -> ApiError:
    return ApiError(-4028, f"Leverage {leverage} is not valid")


def too_many_algos() -> ApiError:
    return ApiError(-4045, "Reach max stop order limit.")


def same_margin_mode() -> ApiError:
    return ApiError(-4046, "No need to change margin type.")


def margin_mode_with_orders() -> ApiError:
    return ApiError(-4047, "Margin type cannot be changed if there exists open orders.")


def margin_mode_with_position() -> ApiError:
    return ApiError(-4048, "Margin type cannot be changed if there exists position.")


def same_position_mode() -> ApiError:
    return ApiError(-4059, "No need to change position side.")


def wrong_position_side() -> ApiError:
    return ApiError(-4061, "Order's position side does not match user's setting.")


def position_mode_with_orders() -> ApiError:
    return ApiError(-4067, "Position side cannot be changed if there exists open orders.")


def position_mode_with_position() -> ApiError:
    return ApiError(-4068, "Position side cannot be changed if there exists position.")


def duplicate_client_id() -> ApiError:
    return ApiError(-4116, "ClientOrderId is duplicated.")


def algo_endpoint() -> ApiError:
    """Conditional orders have had an endpoint of their own since December 2025."""
    return ApiError(
        -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
    )


def lower_isolated_leverage() -> ApiError:
    return ApiError(-4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions.")


def notional_too_small(least: str) -> ApiError:
    return ApiError(
        -4164, f"Order's notional must be no smaller than {least} (unless you choose reduce only)."
    )


def not_fillable() -> ApiError:
    return ApiError(
        -5021,
        "Due to the order could not be filled immediately, the FOK order has been rejected. "
        "The order will not be recorded in the order history.",
    )


def not_maker() -> ApiError:
    return ApiError(
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history.",
    )


def nothing_to_amend() -> ApiError:
    return ApiError(-5027, "No need to modify the order.")
