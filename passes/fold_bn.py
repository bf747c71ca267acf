from xdsl.passes import ModulePass
