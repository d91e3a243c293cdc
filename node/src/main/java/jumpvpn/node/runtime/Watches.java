package jumpvpn.node.runtime;

import jumpvpn.core.data.Binding;
import org.jspecify.annotations.Nullable;

/** What a packet thread asks the control thread to watch: said behind the packets, since waking a thread costs as much as sending them. One thread. */
final class Watches {
    private final ControlLoop control;
    private final Engine engine;
    private @Nullable Binding claimed;

    Watches(ControlLoop control, Engine engine) {
        this.control = control;
        this.engine = engine;
    }

    /** Notes the binding if it wants to be watched; of several in one turn the earlier ones are said at once. */
    void claim(Binding binding) {
        if (binding.claimWatch()) {
            tell();
            claimed = binding;
        }
    }

    /** The control thread hears of what was noted. */
    void tell() {
        Binding binding = claimed;
        claimed = null;
        if (binding != null && !control.post(now -> engine.watch(now, binding))) {
            binding.releaseWatch(); // the next packet asks again
        }
    }
}
