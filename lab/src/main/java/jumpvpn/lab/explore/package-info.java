/**
 * Exhaustive exploration of a small world: the product's own engines, every order in which messages, answers of the session table, time, crashes and an attacker can
 * meet, within stated bounds. May use all of core, and the simulation's stand-ins for ciphers.
 */
@NullMarked
package jumpvpn.lab.explore;

import org.jspecify.annotations.NullMarked;
