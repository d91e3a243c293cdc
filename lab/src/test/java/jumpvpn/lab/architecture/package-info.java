/**
 * The rules of the house as failing tests: who may depend on whom, what the core may touch, sizes, names. Looks at the compiled classes and at the sources of all
 * modules; {@code planted} holds classes that break the rules on purpose, so that a rule which no longer bites is noticed.
 */
@NullMarked
package jumpvpn.lab.architecture;

import org.jspecify.annotations.NullMarked;
