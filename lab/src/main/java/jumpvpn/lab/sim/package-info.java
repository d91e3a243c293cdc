/**
 * The deterministic simulation: a client, a gateway and the network between them in one thread, on simulated time, from one seed. The engines are the product's own,
 * fed as a shell feeds them; ciphers and X25519 are cheap stand-ins. After every event the invariants of contract section 6 are checked. May use all of core.
 */
@NullMarked
package jumpvpn.lab.sim;

import org.jspecify.annotations.NullMarked;
