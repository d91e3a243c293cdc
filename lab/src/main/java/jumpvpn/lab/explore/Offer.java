package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.lab.explore.Choice.Kind;

/** What may happen in a world at one moment. */
record Offer(SmallWorld world) {
    /** What may happen now, in an order that does not change. */
    List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        TreeSet<Long> seen = new TreeSet<>();
        for (int i = 0; i < world.underWay().size(); i++) {
            if (seen.add(world.underWay().get(i).digest().low())) {
                choices.add(new Choice(Kind.DELIVER, i));
                offer(choices, Kind.DUPLICATE, i);
            }
        }
        for (int i = 0; i < world.store.asks().size(); i++) {
            Store.Ask ask = world.store.asks().get(i);
            offer(choices, Kind.APPLY, i, ask.mayApply());
            offer(choices, Kind.ANSWER, i, ask.mayAnswer());
            offer(choices, Kind.FAIL, i, ask.mayFail());
            offer(choices, Kind.DOUBT, i, ask.mayDoubt());
        }
        for (int i = 0; i <= world.gateways().size(); i++) {
            offer(choices, Kind.KILL, i, world.end(i).isRunning());
            offer(choices, Kind.START, i, !world.end(i).isRunning());
            offer(
                    choices,
                    Kind.NOTIFY,
                    i,
                    i > 0 && world.store.isUntold(world.gateways().get(i - 1)));
            offer(choices, Kind.PACKET, i, world.end(i).isRunning() && world.rules.clientInner() != null);
        }
        offer(choices, Kind.JUMP, 0, world.client.isRunning());
        offer(choices, Kind.LINK, 0);
        offer(choices, Kind.LINK, 1);
        offer(choices, Kind.WAIT, 0);
        offer(choices, Kind.SILENCE, 0);
        for (int i = 0; i < world.recorded().size(); i++) {
            boolean heard = world.end(world.recorded().get(i).to()).isRunning();
            offer(choices, Kind.REPLAY, i, heard);
            offer(choices, Kind.FORGE, i, heard);
        }
        return choices;
    }

    private void offer(List<Choice> choices, Kind kind, int index) {
        offer(choices, kind, index, true);
    }

    private void offer(List<Choice> choices, Kind kind, int index, boolean possible) {
        if (possible && (kind.limit == null || world.left(kind.limit) > 0)) {
            choices.add(new Choice(kind, index));
        }
    }

    /** What a choice would be, for people. */
    String describe(Choice choice) {
        int index = choice.index();
        String about = switch (choice.kind()) {
            case DELIVER, DUPLICATE -> world.underWay().get(index).toString();
            case APPLY, ANSWER, FAIL, DOUBT -> world.store.asks().get(index).toString();
            case KILL, START, NOTIFY, PACKET -> world.end(index).name();
            case LINK -> index + (world.client.isUp(index) ? " down" : " up");
            case REPLAY, FORGE -> world.recorded().get(index).toString();
            case WAIT, SILENCE, JUMP -> "";
        };
        return (choice.kind() + " " + about).strip();
    }
}
