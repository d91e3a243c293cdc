package jumpvpn.core.ownership;

/**
 * The gateway whose session record is the truth.
 *
 * @param gateway the number by which tickets and records name it, from its name
 * @param incarnation random, new at every start of the gateway: its fencing token
 */
public record Owner(long gateway, long incarnation) {}
