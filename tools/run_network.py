"""`qnn run`: computes the results of a network."""

from ..qdialect.interpreter import check_inputs, entry_of
from .arrays import check_output, load_array, save_arrays
from .commands.run import RunOptions
from .engines import check_engine, engine_for
from .files import check_writable
from .networks import load_network
from .saturation import InputSaturation


def run_command(options: RunOptions) -> None:
    """Writes the results to a file, or prints them."""
    if options.output is not None:
        check_output(options.output)
    for path in filter(None, (options.timing, options.waves)):
        check_writable(path)
    check_engine(options.engine)
    module = load_network(options.network)
    inputs = [load_array(name) for name in options.input]
    check_inputs(entry_of(module), inputs, options.input)
    saturation = InputSaturation(module)
    saturation.count(inputs)
    saturation.warn("scale the array, or make it an integer input with qnn import --input")
    engine = engine_for(module, options.engine, options.folding, options.settings)
    results = engine.run(inputs)
    if options.output is None:
        for result in results:
            print(result)
    else:
        save_arrays(options.output, results)
