package jumpvpn.core.agent;

import jumpvpn.core.transport.Path;

/**
 * A path that is up, and what is known of it by answers to handshakes, requests and probes, and by the packets of bindings that were left. What passes in the
 * active binding is the session's to tell.
 *
 * @param dead found dead, and not answered since
 * @param ready the session is on it, or it is kept ready and answered when it was asked last
 * @param rttNanos the newest round trip, 0 while unknown
 * @param answeredNanos boot time at which the gateway was heard last, 0 while it was not
 */
public record Candidate(Path path, boolean dead, boolean ready, long rttNanos, long answeredNanos) {}
