/**
 * An independent model of a session, written from the contract (its sections 1 to 4) and from nothing else: abstract happenings go in, rows of the transition table
 * and the gates' answers come out. Whoever checks the product with it translates what happened and compares. Uses nothing else of the project, so that no mistake of
 * the product can be its own witness. Pure: no clock, no randomness, no bytes. Nonces, datagrams and paths are names or numbers here; all times are nanoseconds of
 * the boot clock of the end whose view it is.
 */
@NullMarked
package jumpvpn.lab.model;

import org.jspecify.annotations.NullMarked;
