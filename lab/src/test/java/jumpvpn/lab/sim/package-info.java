/** The simulation in the everyday run, and proof that it can fail. */
@NullMarked
package jumpvpn.lab.sim;

import org.jspecify.annotations.NullMarked;
