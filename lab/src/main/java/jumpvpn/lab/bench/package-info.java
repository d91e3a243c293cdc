/** Benchmarks: `jumpvpn lab bench` runs them and writes the figures that the documentation quotes. May use core and node; nothing depends on it. */
@NullMarked
package jumpvpn.lab.bench;

import org.jspecify.annotations.NullMarked;
